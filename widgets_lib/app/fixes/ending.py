"""Fix of the lost end: a server that is asked to end goes on, or leaves its kernels behind.

The stock handler of SIGTERM logs. If the signal arrives while a line is being written, Python refuses the second
write, the handler fails, and nothing asks again. A second signal cuts the end short; a parent that asks and then ends
itself sends one. And the end begins with the removal of the folder of connection files: if a kernel removes its own at
that moment, or the system has tidied up /tmp, that fails, and no kernel is stopped.

Source: voila-dashboards/voila pull request 65, which brought the handler; cpython issue 24283 (bugs.python.org).
"""

import shutil
import signal

from jupyter_core.utils import run_sync
from voila.app import Voila

stock_handle_signal_stop, stock_stop = Voila._handle_signal_stop, Voila.stop


def handle_signal_stop(self, sig, frame):
    """Ends the server's loop at the first signal, ignores further ones. Raises: SystemExit if there is no loop yet."""
    signal.signal(sig, signal.SIG_IGN)
    if not hasattr(self, "ioloop"):
        raise SystemExit(128 + sig)  # as a shell names it
    end = self.ioloop.asyncio_loop.call_soon_threadsafe  # what a handler may call; a log is not
    end(self.log.info, "Handle signal %s.", sig)
    end(self.ioloop.stop)


def stop(self):
    """Stops all kernels, then removes the folder of their connection files."""
    run_sync(self.kernel_manager.shutdown_all)()
    shutil.rmtree(self.connection_dir, ignore_errors=True)
