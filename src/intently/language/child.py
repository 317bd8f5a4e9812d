"""The embedded server's process: `python -m intently.language.child`. Started by `launch.py`, never by hand.

Reads one JSON line of settings from standard input (the key never shows in a process list), answers with one JSON line
of the address, and serves until standard input closes. That happens when the parent ends in whatever way, SIGKILL
included: the pipe's other end dies with it. (PR_SET_PDEATHSIG would fire when the *thread* that started us ends.)
"""

import json
import os
import sys
import threading
from typing import Any


def main() -> None:
    settings: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.nice(settings["nice"])
    # Spinning threads take the whole machine from the feed; given before the library is loaded, or it has no effect.
    os.environ.setdefault("OMP_WAIT_POLICY", settings["wait_policy"])
    import xllamacpp

    server = xllamacpp.Server(_parameters(xllamacpp, settings))
    print(json.dumps({"listening_address": server.listening_address}), flush=True)
    threading.Event().wait()


def _parameters(xllamacpp: Any, settings: dict[str, Any]) -> Any:
    parameters = xllamacpp.CommonParams()
    parameters.model.path = settings["path"]
    parameters.n_ctx = settings["context_tokens"]
    parameters.n_parallel = 1 + settings["in_flight"]  # slot 0 for people, the others for the batch
    parameters.kv_unified = True  # one memory for all slots: each takes what its prompt needs
    # A person waits at most for one batch of prompt tokens of somebody else: 64, not 2048. Prefill is as fast.
    parameters.n_batch = parameters.n_ubatch = 64
    parameters.cache_ram_mib = 0  # else people's prompts stay in memory after they are erased
    parameters.ui = False
    parameters.verbosity = 0  # else prompts go to the log
    parameters.api_keys = [settings["key"]]
    parameters.slot_save_path = settings["slots"]
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = settings["threads"]
    return parameters


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main()
