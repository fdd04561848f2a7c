// Waiting with a deadline.

/** The promise's value, or a failure that says what did not come. */
export async function within(milliseconds, what, promise) {
  let timer;
  const deadline = new Promise((_, failed) => {
    timer = setTimeout(() => failed(new Error(`waited ${milliseconds} ms for ${what}`)), milliseconds);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
