// One Python for each test file answers its questions, tests/support/states.py. Asking is synchronous: this file, run
// as a worker, talks to it while the asking thread waits.
import { spawn } from "node:child_process";
import { dirname, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { isMainThread, MessageChannel, parentPort, receiveMessageOnPort, Worker } from "node:worker_threads";

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const PYTHON = process.env.PYTHON ?? resolve(ROOT, ".venv/bin/python");
const PATIENCE_MS = 60_000;

let worker = null;

/** The JSON text that Python has for an expression that makes a widget. Throws what Python raises. */
export function askPython(expression) {
  if (!worker) {
    worker = new Worker(new URL(import.meta.url));
    worker.unref(); // the last test ends the process, and with it Python's input
  }
  const { port1, port2 } = new MessageChannel();
  const signal = new Int32Array(new SharedArrayBuffer(4));
  worker.postMessage({ expression, signal, port: port2 }, [port2]);
  if (Atomics.wait(signal, 0, 0, PATIENCE_MS) === "timed-out") throw new Error(`Python does not answer: ${expression}`);
  const line = receiveMessageOnPort(port1).message;
  port1.close();
  if (line.startsWith('{"failed"')) throw new Error(JSON.parse(line).failed);
  return line;
}

function answerQuestions() {
  const python = spawn(PYTHON, ["-m", "tests.support.states"], { cwd: ROOT });
  const waiting = [];
  let said = "";
  let ended = false;
  const answer = (line) => {
    const { signal, port } = waiting.shift();
    port.postMessage(line);
    Atomics.store(signal, 0, 1);
    Atomics.notify(signal, 0);
  };
  const end = () => {
    ended = true;
    while (waiting.length) answer(JSON.stringify({ failed: `Python ended. ${said}` }));
  };
  python.stderr.on("data", (text) => {
    said += text;
  });
  createInterface({ input: python.stdout }).on("line", answer);
  python.stdin.on("error", end); // it has ended before it has read the question
  python.on("error", (error) => {
    said += error;
    end();
  });
  python.on("close", end);
  parentPort.on("message", (question) => {
    waiting.push(question);
    if (ended) end();
    else python.stdin.write(`${JSON.stringify(question.expression)}\n`);
  });
}

if (!isMainThread) answerQuestions();
