"""Stand-ins for the two packages that mmpose 1.3.2 imports but never uses here.

`mmcv._ext` (compiled operators, absent from mmcv-lite) and `mmdet.utils` (two names
that mmpose's RTMO head imports) become empty modules, so `import peer_stubs` must come
before `import mmpose`.  No golden number goes through either of them.
"""
import sys
import types
import warnings

warnings.filterwarnings("ignore")


class _AnyAttribute(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)

        def unavailable(*args, **kwargs):
            raise RuntimeError(f"stub called: {self.__name__}.{name}")

        return unavailable


sys.modules["mmcv._ext"] = _AnyAttribute("mmcv._ext")
_mmdet = types.ModuleType("mmdet")
_mmdet.__path__ = []
_mmdet.utils = types.ModuleType("mmdet.utils")
_mmdet.utils.ConfigType = dict
_mmdet.utils.reduce_mean = lambda tensor: tensor
sys.modules["mmdet"] = _mmdet
sys.modules["mmdet.utils"] = _mmdet.utils
