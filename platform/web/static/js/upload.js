/* Sends one file to `address` in the part `file`; resolves with the server's answer, rejects with an Error that has its words
   (or none, when there was no answer). `progress` is called with 0 to 1. */
export function send(address, file, name, progress = () => {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("file", file, name);
    request.open("POST", address);
    request.responseType = "json";
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", document.querySelector("meta[name=csrf-token]").content);
    request.upload.addEventListener("progress", (event) => event.lengthComputable && progress(event.loaded / event.total));
    request.addEventListener("load", () => (request.status === 201 ? resolve(request.response) : reject(new Error(request.response?.error ?? ""))));
    request.addEventListener("error", () => reject(new Error("")));
    request.send(form);
  });
}

/* Holds the form back while `work` (a function that gives a promise, or nothing) has to be done before it is sent. */
export function before(form, work) {
  form?.addEventListener("submit", (event) => {
    const waiting = work();
    if (!waiting) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const button = event.submitter;
    waiting.then(() => form.requestSubmit(button), () => {});
  }, { capture: true });
}
