<?php
// RECEIVER_FOLDER=received php -S 127.0.0.1:PORT receiver.php
declare(strict_types=1);

http_response_code(500); // else a script that dies on its way may answer 200
ignore_user_abort(true); // the queue hangs up after its timeout, and the work goes on

$folder = getenv('RECEIVER_FOLDER') ?: 'received';
@mkdir($folder, recursive: true);
$body = file_get_contents('php://input');
if (strlen($body) < (int) ($_SERVER['CONTENT_LENGTH'] ?? 0)) {
    exit; // the caller hung up
}
http_response_code(receive($folder, $_SERVER['HTTP_EVENT_QUEUE_KEY'] ?? '', $body));

function receive(string $folder, string $key, string $body): int
{
    if (!preg_match('/^\d{11}\.\d{3}-[0-9a-f-]{36}$/D', $key)) {
        return 400;
    }
    $mark = "$folder/$key"; // empty: begun; "done": done
    if (@fopen($mark, 'x') === false) {
        return @file_get_contents($mark) === 'done' ? 200 : 503;
    }
    try {
        work($folder, $body);
    } catch (Throwable $error) {
        unlink($mark); // so that the next attempt tries again
        error_log((string) $error);
        return 500;
    }
    file_put_contents($mark, 'done');
    return 200;
}

function work(string $folder, string $body): void
{
    if (file_put_contents("$folder/work.log", "$body\n", FILE_APPEND) === false) {
        throw new RuntimeException('The log cannot be written.');
    }
}
