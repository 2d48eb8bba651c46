"""The MNIST digits: those in the package, and the classic `mnist.pkl.gz` from the network."""

from widgets_lib.compute.download import DownloadError, download_file

from .archive import MnistFile, download_mnist, load_mnist, load_pickle, mnist_or_bundled
from .bundled import BUNDLED, Mnist, compact, first_digits, load, training_blocks
from .pixel_cache import as_images, as_rows
from .sums import SUMS, digit_sums, pack_sums

__all__ = [
    "BUNDLED",
    "SUMS",
    "DownloadError",
    "Mnist",
    "MnistFile",
    "as_images",
    "as_rows",
    "compact",
    "digit_sums",
    "download_file",
    "download_mnist",
    "first_digits",
    "load",
    "load_mnist",
    "load_pickle",
    "mnist_or_bundled",
    "pack_sums",
    "training_blocks",
]
