// Passkeys: asks the server what is to be signed, the browser to sign it, and sends that with a plain form.
const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const toText = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const listed = (all) => (all ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));
// A passkey belongs to a host's name; under a bare number there is none.
const possible = Boolean(window.PublicKeyCredential) && !/^[\d.]+$|^\[/.test(location.hostname);

function sendable(made) {
  const { response } = made, answer = { clientDataJSON: toText(response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"])
    if (response[part]) answer[part] = toText(response[part]);
  if (response.getTransports) answer.transports = response.getTransports();
  return JSON.stringify({ id: made.id, rawId: toText(made.rawId), type: made.type, authenticatorAttachment: made.authenticatorAttachment, clientExtensionResults: made.getClientExtensionResults(), response: answer });
}

function asked(options) {
  const publicKey = { ...options, challenge: toBytes(options.challenge) };
  if (!options.user) return navigator.credentials.get({ publicKey: { ...publicKey, allowCredentials: listed(options.allowCredentials) } });
  const user = { ...options.user, id: toBytes(options.user.id) };
  return navigator.credentials.create({ publicKey: { ...publicKey, user, excludeCredentials: listed(options.excludeCredentials) } });
}

async function use(event) {
  event.preventDefault();
  const form = event.target, trouble = form.querySelector("[data-trouble]"), button = form.querySelector("button");
  trouble.hidden = true;
  button.disabled = true;
  try {
    const answer = await fetch(form.dataset.passkey, { method: "POST", credentials: "same-origin", headers: { accept: "application/json" }, body: new URLSearchParams(new FormData(form)) });
    const said = await answer.json();
    if (said.prove) return location.assign(said.prove);
    if (said.error) throw new Error(said.error);
    form.elements.token.value = said.token;
    form.elements.credential.value = sendable(await asked(JSON.parse(said.options)));
    form.submit();
  } catch (error) {
    if (error.name !== "NotAllowedError") console.warn(error.name); // the person closed the browser's question
    trouble.textContent = form.dataset.failed;
    trouble.hidden = false;
    button.disabled = false;
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.hidden = !possible;
  form.addEventListener("submit", use);
}
for (const note of document.querySelectorAll("[data-no-passkey]")) note.hidden = possible;
