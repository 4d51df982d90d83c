// Words that the script says, in the caseworker's language, and small helpers.
export const words = document.getElementById("words")?.dataset ?? {};

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") for (const [kind, listener] of Object.entries(value)) element.addEventListener(kind, listener);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

// Sends the fields of a form; returns {status, body}; status 0: no connection.
export async function post(address, fields) {
  try {
    const answer = await fetch(address, {
      method: "POST", credentials: "same-origin", redirect: "manual",
      headers: { accept: "application/json" }, body: new URLSearchParams(fields),
    });
    const body = await answer.json().catch(() => ({}));
    return { status: answer.status, body };
  } catch {
    return { status: 0, body: {} };
  }
}
