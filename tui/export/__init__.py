"""What leaves a run: tables, charts, scripts."""
