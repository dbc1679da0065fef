"""PyTorch's saved state dicts, without PyTorch: a zip of a pickle and raw numbers. The pickle may name only what a state dict needs."""
import collections
import pickle
import zipfile

import numpy as np

DTYPES = {"FloatStorage": "<f4", "DoubleStorage": "<f8", "HalfStorage": "<f2", "LongStorage": "<i8", "IntStorage": "<i4"}


class Storage(str):
    """Number type of a storage, as numpy writes it."""


def rebuilt(storage, offset, size, stride, *_):
    """A tensor: what torch._utils._rebuild_tensor_v2 makes."""
    count = int(np.prod(size)) if size else 1
    contiguous, expected = 1, []
    for length in reversed(size):
        expected.insert(0, contiguous)
        contiguous *= length
    if count and any(length > 1 and step != wanted for length, step, wanted in zip(size, stride, expected)):
        raise ValueError("a tensor is not stored row by row")
    if offset < 0 or offset + count > len(storage):
        raise ValueError("a tensor is longer than its storage")
    return storage[offset : offset + count].reshape(size)


ALLOWED = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): rebuilt,
    **{("torch", name): Storage(dtype) for name, dtype in DTYPES.items()},
}


class Unpickler(pickle.Unpickler):
    def __init__(self, file, archive, root):
        super().__init__(file)
        self.archive, self.root = archive, root

    def find_class(self, module, name):
        if (module, name) not in ALLOWED:
            raise pickle.UnpicklingError(f"it names {module}.{name}, which a state dict does not need")
        return ALLOWED[module, name]

    def persistent_load(self, key):
        kind, dtype, name, _, count = key
        if kind != "storage" or not isinstance(dtype, Storage) or not name.isalnum():
            raise pickle.UnpicklingError("it holds something else than numbers")
        values = np.frombuffer(self.archive.read(f"{self.root}/data/{name}"), np.dtype(str(dtype)))
        if len(values) != count:
            raise pickle.UnpicklingError(f"storage {name} holds {len(values)} numbers, not {count}")
        return values


def read(path):
    """Arrays by name."""
    try:
        with zipfile.ZipFile(path) as archive:
            found = [name for name in archive.namelist() if name.count("/") == 1 and name.endswith("/data.pkl")]
            if len(found) != 1:
                raise ValueError("it is no file of PyTorch 1.6 or newer")
            root = found[0].split("/")[0]
            if f"{root}/byteorder" in archive.namelist() and archive.read(f"{root}/byteorder") != b"little":
                raise ValueError("its numbers are big-endian")
            with archive.open(found[0]) as file:
                state = Unpickler(file, archive, root).load()
    except zipfile.BadZipFile:
        raise SystemExit(f"{path}: it is no file of PyTorch 1.6 or newer")
    except (ValueError, KeyError, TypeError, AttributeError, EOFError, pickle.UnpicklingError) as error:
        raise SystemExit(f"{path}: {error}")
    if not isinstance(state, dict) or not all(isinstance(value, np.ndarray) for value in state.values()):
        raise SystemExit(f"{path}: it is no state dict")
    return state


class Layers:
    """Weights of a state dict as networks need them. What is missing is named with its file."""

    def __init__(self, path):
        self.path, self.state = path, read(path)

    def part(self, name):
        if name not in self.state:
            raise SystemExit(f"{self.path}: it has no {name}")
        return self.state[name]

    def conv(self, name, width):
        """Weight (out, in, width) and bias."""
        weight = self.part(f"{name}.weight")
        if weight.ndim != 3 or weight.shape[2] != width:
            raise SystemExit(f"{self.path}: the shape of {name} is {weight.shape}; its width should be {width}")
        return weight, self.part(f"{name}.bias")

    def norm(self, name):
        """Weight, bias, mean and variance."""
        return [self.part(f"{name}.{part}") for part in ("weight", "bias", "running_mean", "running_var")]
