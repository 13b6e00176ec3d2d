# shellcheck shell=bash disable=SC2154 # lib.sh sets $fixtures
# Sourced in a scratch folder: a call of every tool, in the file `calls`, and what the calls read.

cp "$fixtures/iris.csv" .
from-csv --label species iris.csv >iris.npz
split --train 100 iris.npz >parts.npz

gen-gauss -n 10 --mean 0,0 --cov 1,0,0,1 --mean 1,1 --cov 1,0,0,1 >two.npz
gen-digits -n 40 --side 12 --colour | split --train 0.5 >pictures.npz
printf '\0\0\010\003\0\0\0\002\0\0\0\001\0\0\0\003abcdef' >digits.idx
head -c 3073 /dev/zero >batch.bin
from-idx digits.idx >digits.npz
printf -- '-1 1:0.5 3:1\n+1 2:2\n' >heart.libsvm
to-safetensors --all iris.npz >iris.safetensors
printf 'P5 2 2 255\nabcd' >picture.pgm

# How to call each tool so that it writes something: TOOL, its input (- for none), its options.
cat >calls <<'TABLE'
from-csv      iris.csv   --label species
to-csv        iris.npz   x
inspect       iris.npz
replay        two.npz
pick          iris.npz   x
split         iris.npz   --train 0.5
onehot        iris.npz
scale         iris.npz   --by standard
augment       digits.npz --mirror --times 3
impute        iris.npz   --by median
factorise     iris.npz   --method svd --rank 2
train-mlp     parts.npz  --hidden 3 --epochs 2 --eval-every 1
train-cnn     pictures.npz --layers conv:2:3,batch-norm,relu,max-pool:2,dropout:0.5 --epochs 2 --eval-every 1
eval          model.npz
predict       model.npz
plot-scatter  iris.npz   --x 0 --y 1
plot-curves   model.npz
summarise     model.npz
plot-confusion model.npz
render-weights model.npz --tile 2x2
report        model.npz
train-perceptron two.npz --epochs 3
gradcheck     -          exp softmax
from-idx      digits.idx
from-cifar    batch.bin
from-libsvm   heart.libsvm
from-safetensors iris.safetensors
to-safetensors model.npz
from-images   picture.pgm
gen-gauss     -          -n 10 --mean 0,0 --cov 1,0,0,1 --mean 1,1 --cov 1,0,0,1
example       -          plants.csv
gen-moons     -          -n 10
gen-ellipse   -          -n 10
gen-digits    -          -n 20
gen-faces     -          --people 2 --shots 2
gen-ratings   -          -n 100 --users 10 --items 20
TABLE
train-mlp --hidden 3 --epochs 2 --eval-every 1 <parts.npz >model.npz
