<?php
// WEBHOOK_SECRET=whsec_... RECEIVER_FOLDER=received php -S 127.0.0.1:PORT receiver.php
declare(strict_types=1);

http_response_code(500); // else a script that dies on its way may answer 200
ignore_user_abort(true); // the queue hangs up after its timeout, and the work goes on

if (!preg_match_all('~whsec_[A-Za-z0-9+/]{32,}=*~', getenv('WEBHOOK_SECRET') ?: '', $secrets)) {
    error_log('WEBHOOK_SECRET must hold the signing secret of the queue, whsec_...');
    exit;
}
$folder = getenv('RECEIVER_FOLDER') ?: 'received';
@mkdir($folder, recursive: true);
$body = file_get_contents('php://input');
$isGood = isFromTheQueue($_SERVER, $body, $secrets[0]);
http_response_code($isGood ? receive($folder, $_SERVER['HTTP_WEBHOOK_ID'], $body) : 401);

function isFromTheQueue(array $server, string $body, array $secrets): bool
{
    $id = $server['HTTP_WEBHOOK_ID'] ?? '';
    $timestamp = $server['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
    if (abs(time() - (int) $timestamp) > 300) {
        return false; // an old call that somebody repeats
    }
    if (!str_ends_with($server['HTTP_EVENT_QUEUE_KEY'] ?? '', "-$id")) {
        return false; // the key of another event: the key itself is not signed
    }
    foreach ($secrets as $secret) {
        $secretBytes = base64_decode(substr($secret, strlen('whsec_')));
        $good = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $secretBytes, binary: true));
        foreach (explode(' ', $server['HTTP_WEBHOOK_SIGNATURE'] ?? '') as $signature) {
            if (hash_equals($good, $signature)) {
                return true;
            }
        }
    }
    return false;
}

function receive(string $folder, string $id, string $body): int
{
    if (!preg_match('/^[0-9a-f-]{36}$/D', $id)) {
        return 400;
    }
    $mark = "$folder/$id"; // empty: begun; "done": done
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
