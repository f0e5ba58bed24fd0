"""`python -m mnist_tui` is the program `mnist-tui`."""

from mnist_tui.tui.cli.main import main

if __name__ == "__main__":
    main()
