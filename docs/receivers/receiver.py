# python3 receiver.py PORT [FOLDER]
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FOLDER = Path(sys.argv[2] if len(sys.argv) > 2 else "received")
KEY = re.compile(r"[0-9]{11}\.[0-9]{3}-[0-9a-f-]{36}")


class Receiver(BaseHTTPRequestHandler):
    def answer(self):
        try:
            length = int(self.headers.get("content-length", 0))
            body = self.rfile.read(length)
            if len(body) < length:
                raise EOFError("The caller hung up.")
            status = receive(self.headers.get("event-queue-key", ""), body)
        except Exception as error:
            self.log_error("%r", error)
            status = 500
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = answer


def receive(key, body):
    if not KEY.fullmatch(key):
        return 400
    mark = FOLDER / key  # empty: begun; "done": done
    try:
        mark.open("x").close()
    except FileExistsError:
        return 200 if mark.read_text() == "done" else 503
    try:
        work(body)
    except Exception:
        mark.unlink()  # so that the next attempt tries again
        raise
    mark.write_text("done")
    return 200


def work(body):
    with (FOLDER / "work.log").open("ab") as log:
        log.write(body + b"\n")


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver)
    print(f"Listening on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
