/* The badge's settings in Studio: posts the form, puts the server's sentence where it belongs.

   Studio's runtimes hand over a jQuery object, others the element; the runtime gets back what it
   gave, because it keeps the handlers' address on that very object. */
function PartnerBadgeStudio(runtime, element) {
  'use strict';
  const root = element.nodeType ? element : element[0];
  const form = root.matches('form') ? root : root.querySelector('form.partner-badge-form');
  const status = form.querySelector('[data-partner-badge-status]');
  const save = form.querySelector('.save-button');
  const partners = form.querySelector('[data-partner-badge-partners]');
  const notify = (name, data) => { if (runtime.notify) { runtime.notify(name, data); } };
  let isSaving = false;

  function csrfToken() {
    const found = document.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/);
    return found ? decodeURIComponent(found[1]) : '';
  }

  function settings() {
    const data = new FormData(form);
    return { ...Object.fromEntries(data), partners: data.getAll('partners') };
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
    const set = form.querySelector(`[data-set="${name}"]`);
    const field = set ? set.querySelector('input') : form.elements[name];
    place.textContent = sentence;
    (set || field).setAttribute('aria-invalid', 'true');
    field.focus();
  }

  function missing() {
    return [...form.elements].find((field) => field.required && !field.value.trim());
  }

  /* The list of partners counts only when the author chooses among them. */
  function offerPartners() {
    if (partners) { partners.hidden = settings().which !== 'chosen'; }
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
        body: JSON.stringify(settings()),
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

  form.addEventListener('change', offerPartners);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!isSaving) { submit(); }
  });
  form.querySelector('.cancel-button').addEventListener('click', () => notify('cancel', {}));
  offerPartners();
  save.disabled = false; // Until somebody listens, the browser would send the form and lose it.
}
