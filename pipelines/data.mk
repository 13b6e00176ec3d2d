# The data sets that cannot be part of the tree. With a network:
#     make data && make fashion FASHION=data/fashion && make cifar CIFAR=data/cifar && make lab1 RATINGS=data/ratings
.PHONY: data
data: ## fetch Fashion-MNIST, CIFAR-10 and MovieLens (small) into data/, with curl
	@bash pipelines/data.sh pipelines/data.tsv data
