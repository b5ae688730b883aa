/* The gate's settings in Studio: posts the form, puts the server's sentence where it belongs.

   Two runtimes call this. Studio's own (legacy page, and the iframe of the authoring MFE) and that
   of libraries both hand over a jQuery object; others hand over the element. The runtime gets back
   what it gave: it keeps the handlers' address on that very object. */
function FeeGateStudio(runtime, element) {
  'use strict';
  const root = element.nodeType ? element : element[0];
  const form = root.matches('form') ? root : root.querySelector('form.fee-gate-form');
  const status = form.querySelector('[data-fee-gate-status]');
  const save = form.querySelector('.save-button');
  const notify = (name, data) => { if (runtime.notify) { runtime.notify(name, data); } };
  let isSaving = false;

  function csrfToken() {
    const found = document.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/);
    return found ? decodeURIComponent(found[1]) : '';
  }

  function clear() {
    status.textContent = '';
    form.querySelectorAll('[aria-invalid]').forEach((field) => field.removeAttribute('aria-invalid'));
    form.querySelectorAll('[data-error-of]').forEach((place) => { place.textContent = ''; });
  }

  /* The sentence stands at its field, which takes the focus and reads it out; else above the form. */
  function show(sentence, name) {
    const place = name && form.querySelector(`[data-error-of="${name}"]`);
    if (!place) {
      status.textContent = sentence;
      status.focus();
      return;
    }
    const field = form.elements[name];
    place.textContent = sentence;
    field.setAttribute('aria-invalid', 'true');
    field.focus();
  }

  function missing() {
    return [...form.elements].find((field) => field.required && !field.value.trim());
  }

  /* Resolves when the settings are stored; else throws a sentence, with the field it is about. */
  async function send() {
    const failure = new Error(status.dataset.textFailed);
    let answer;
    try {
      const response = await fetch(runtime.handlerUrl(element, 'save_settings'), {
        method: 'POST',
        credentials: 'same-origin',
        headers: { 'Content-Type': 'application/json', 'X-CSRFToken': csrfToken() },
        body: JSON.stringify(Object.fromEntries(new FormData(form))),
      });
      answer = await response.json(); // A page to sign in on is no answer, whatever its status.
    } catch {
      throw failure;
    }
    if (answer.result !== 'success') {
      failure.message = answer.error || failure.message;
      failure.field = answer.field;
      throw failure;
    }
  }

  async function submit() {
    const empty = missing();
    clear();
    if (empty) {
      show(empty.dataset.textMissing, empty.name);
      return;
    }
    isSaving = save.disabled = true;
    notify('save', { state: 'start' });
    try {
      await send();
      notify('save', { state: 'end' });
    } catch (error) {
      notify('error', { title: status.dataset.textFailed, message: error.message });
      show(error.message, error.field);
    } finally {
      isSaving = save.disabled = false;
    }
  }

  /* A narrow list shows the beginning of a long name; what it costs stands below, whole. */
  function showPrices() {
    const prices = form.querySelector('[data-fee-gate-prices]');
    if (prices) { prices.textContent = form.elements.fee.selectedOptions[0].dataset.prices; }
  }

  showPrices();
  form.addEventListener('change', showPrices);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!isSaving) { submit(); }
  });
  form.querySelector('.cancel-button').addEventListener('click', () => notify('cancel', {}));
  save.disabled = false; // Until somebody listens, the browser would send the form and lose it.
}
