// One line per behaviour; the process fails when one of them does.
let failed = 0;

export async function check(behaviour, run) {
  try {
    await run();
    console.log(`ok: ${behaviour}`);
  } catch (error) {
    failed++;
    console.log(`FAILED: ${behaviour}\n${error.stack ?? error}\n${JSON.stringify(error.errorResponse ?? error.result ?? null)}`);
  }
}

/** The MongoDB error code that a promise is rejected with; undefined where it is not. */
export async function code(promise) {
  try {
    await promise;
    return undefined;
  } catch (error) {
    // The driver words this one anew.
    const found = error.code ?? error.originalError?.code;
    if (found === undefined) {
      throw error;
    }

    return found;
  }
}

export function finish() {
  process.exitCode = failed === 0 ? 0 : 1;
}
