// The token stands behind the # of the link, which a browser does not send and a server does not log.
const form = document.getElementById("claim");
const answer = document.getElementById("answer");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { username, email, password } = Object.fromEntries(new FormData(form));
  const token = location.hash.slice(1);
  const response = await fetch("/api/auth/claim", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token, username, email, password }),
  }).catch(() => null);
  const reply = await response?.json().catch(() => null);
  answer.textContent = reply?.success
    ? "You are the administrator of this server now."
    : (reply?.message ?? "The server does not answer.");
  if (reply?.success) form.remove();
});
