<?php
// Sends an NF-e and approves it. Use: SGE_URL=... SGE_TOKEN=sge_... php docs/examples/upload.php note.xml
$request = stream_context_create(['http' => [
    'method' => 'POST',
    'header' => ['Authorization: Bearer ' . getenv('SGE_TOKEN'), 'Content-Type: application/xml'],
    'content' => file_get_contents($argv[1]),
    // A problem has a body too, which says what to do.
    'ignore_errors' => true,
]]);
$body = file_get_contents(getenv('SGE_URL') . '/api/nfe/upload?approve=true', false, $request);
[, $status] = explode(' ', $http_response_header[0]);
$answer = json_decode($body, true);
// 409 nfe.duplicate: the note is here already, for example by an earlier attempt.
if ($status === '200' || ($answer['code'] ?? '') === 'nfe.duplicate') {
    echo $answer['access_key'], "\n";
} else {
    fwrite(STDERR, ($answer['detail'] ?? $body) . "\n");
    exit(1);
}
