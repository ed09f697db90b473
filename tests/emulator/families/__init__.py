"""The families of tools: a module each, found by its file."""

import importlib
import pathlib
import tomllib

FOLDER = pathlib.Path(__file__).parent
PLUGINS = FOLDER.parents[2] / "plugins"


def named(names):
    """The modules of these names; of all, where none is named."""
    found = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")
    return {name: importlib.import_module(f"families.{name}") for name in found if not names or name in names}


def reads(name, module):
    """The IAM actions that the role may do for a family: what its plugin requests, and nothing more."""
    manifest = PLUGINS / name / "plugin.toml"
    requested = tomllib.loads(manifest.read_text()).get("aws", {}).get("request", []) if manifest.exists() else []
    return requested + getattr(module, "READS", [])
