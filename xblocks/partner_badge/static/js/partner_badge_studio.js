/* The badge's settings in Studio: posts the form, shows the server's sentence when it is refused. */
function PartnerBadgeStudio(runtime, element) {
  'use strict';
  const root = element.nodeType ? element : element[0]; // Studio hands us a jQuery object
  const form = root.matches('form.partner-badge-form') ? root : root.querySelector('form.partner-badge-form');
  const error = form.querySelector('[data-partner-badge-error]');
  const save = form.querySelector('.save-button');
  const partners = form.querySelector('[data-partner-badge-partners]');
  const notify = (name, data) => { if (runtime.notify) { runtime.notify(name, data); } };

  function csrfToken() {
    const found = document.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/);
    return found ? decodeURIComponent(found[1]) : '';
  }

  function settings() {
    const data = new FormData(form);
    return { ...Object.fromEntries(data), partners: data.getAll('partners') };
  }

  // The list of partners counts only when the author chooses among them.
  function offerPartners() {
    if (partners) { partners.hidden = new FormData(form).get('which') !== 'chosen'; }
  }

  async function send() {
    const response = await fetch(runtime.handlerUrl(element, 'save_settings'), {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'Content-Type': 'application/json', 'X-CSRFToken': csrfToken() },
      body: JSON.stringify(settings()),
    });
    if (!response.ok) {
      const answer = await response.json().catch(() => ({}));
      throw new Error(answer.error || error.dataset.textFailed);
    }
  }

  form.addEventListener('change', offerPartners);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    error.textContent = '';
    save.disabled = true;
    try {
      await send();
      notify('save', { state: 'start' });
      notify('save', { state: 'end' });
    } catch (refused) {
      error.textContent = refused instanceof TypeError ? error.dataset.textFailed : refused.message;
      error.focus();
    } finally {
      save.disabled = false;
    }
  });
  form.querySelector('.cancel-button').addEventListener('click', () => notify('cancel', {}));
  offerPartners();
  save.disabled = false; // Until somebody listens, the browser would send the form and lose it.
}
