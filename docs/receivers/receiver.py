# WEBHOOK_SECRET=whsec_... python3 receiver.py PORT [FOLDER]
import base64
import hmac
import os
import re
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SECRETS = re.findall(r"whsec_[A-Za-z0-9+/]{32,}=*", os.environ.get("WEBHOOK_SECRET", ""))
FOLDER = Path(sys.argv[2] if len(sys.argv) > 2 else "received")


class Receiver(BaseHTTPRequestHandler):
    def answer(self):
        try:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            if is_from_the_queue(self.headers, body, SECRETS):
                status = receive(self.headers["webhook-id"], body)
            else:
                status = 401
        except Exception as error:
            self.log_error("%r", error)
            status = 500
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = answer


def is_from_the_queue(headers, body, secrets):
    names = "webhook-id", "webhook-timestamp", "webhook-signature", "event-queue-key"
    event_id, timestamp, signatures, key = (headers.get(name, "") for name in names)
    given = signatures.encode().split(b" ")

    def is_good(secret):
        signed = f"{event_id}.{timestamp}.".encode() + body
        digest = hmac.digest(base64.b64decode(secret[len("whsec_"):]), signed, "sha256")
        good = b"v1," + base64.b64encode(digest)
        return any(hmac.compare_digest(signature, good) for signature in given)

    return (
        any(is_good(secret) for secret in secrets)
        and abs(time.time() - int(timestamp)) <= 300  # else somebody repeats an old call
        and key.endswith(f"-{event_id}")  # the key itself is not signed
    )


def receive(event_id, body):
    if not re.fullmatch(r"[0-9a-f-]{36}", event_id):
        return 400
    mark = FOLDER / event_id  # empty: begun; "done": done
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
    if not SECRETS:
        sys.exit("WEBHOOK_SECRET must hold the signing secret of the queue, whsec_...")
    FOLDER.mkdir(parents=True, exist_ok=True)
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver)
    print(f"Listening on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
