/* A form that waited for a proof is sent as soon as its page is there: <form data-send-again>. Once only: whoever comes
   back to the page from the history presses the button. */
const form = document.querySelector("form[data-send-again]");
if (form && performance.getEntriesByType("navigation")[0]?.type === "navigate") form.requestSubmit();
