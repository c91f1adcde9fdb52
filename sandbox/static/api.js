// Talking to the sandbox; a refusal becomes an Error with the sandbox's own sentence.
async function call(path, options) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Error("连不上沙箱，请看看它是否还在运行。");
  }
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(body.error || `沙箱回答 HTTP ${answer.status}`);
  return body;
}

export const get = (path) => call(path, { cache: "no-store" });
export const post = (path, body) =>
  call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("aria-") || name === "role") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const WHY = [
  [/^not reachable.*/, "连不上"],
  [/^no answer within ([\d.]+) s/, "$1 秒内没有回答"],
  [/^not encrypted.*/, "应当加密，却没有加密"],
  [/^encrypted, but.*/, "不该加密，却加密了"],
  [/^MsgSignature.*/, "签名不对"],
  [/^cannot be decrypted.*/, "解不开密文"],
  [/^not well-formed.*|^not UTF-8/, "格式不对"],
  [/^(To|From)UserName.*/, "收件人或发件人不对"],
];

// Why a delivery failed, in the words of the person at the phone.
export function why(error) {
  const found = WHY.find(([pattern]) => pattern.test(error));
  return found ? error.replace(...found) : error;
}

export const byId = (id) => document.getElementById(id);
