"""Stubs made from schema/proto, for clients in Python."""
import importlib, os, sys, tempfile
import grpc
from grpc_tools import protoc


def make(schema):
    """Makes the modules and puts them where they are found."""
    made = tempfile.mkdtemp()
    files = [
        os.path.join(folder, name) for folder, _, names in os.walk(schema) for name in names if name.endswith(".proto")]
    well_known = os.path.join(os.path.dirname(protoc.__file__), "_proto")
    if protoc.main(["", f"-I{schema}", f"-I{well_known}", f"--python_out={made}", f"--grpc_python_out={made}"] + files):
        sys.exit("protoc failed")
    # "grpc" is also the library's own package: the made modules of that name are found beside it.
    grpc.__path__.append(os.path.join(made, "grpc"))
    sys.path.insert(0, made)
    return importlib.import_module
