/* The gate's settings in Studio: posts the form, shows the server's sentence when it is refused. */
function FeeGateStudio(runtime, element) {
  'use strict';
  const root = element.nodeType ? element : element[0]; // Studio hands us a jQuery object
  const form = root.querySelector('form.fee-gate-form') || root;
  const status = root.querySelector('[data-fee-gate-status]');
  const save = root.querySelector('.save-button');
  const notify = (name, data) => { if (runtime.notify) { runtime.notify(name, data); } };

  function csrfToken() {
    const found = document.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/);
    return found ? decodeURIComponent(found[1]) : '';
  }

  async function send() {
    const url = runtime.handlerUrl(element, 'save_settings');
    const response = await fetch(url, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'Content-Type': 'application/json', 'X-CSRFToken': csrfToken() },
      body: JSON.stringify(Object.fromEntries(new FormData(form))),
    });
    if (!response.ok) {
      const answer = await response.json().catch(() => ({}));
      throw new Error(answer.error || status.dataset.textFailed);
    }
  }

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    status.textContent = '';
    save.disabled = true;
    notify('save', { state: 'start' });
    try {
      await send();
      notify('save', { state: 'end' });
    } catch (error) {
      status.textContent = error instanceof TypeError ? status.dataset.textFailed : error.message;
      notify('error', { title: status.dataset.textFailed, message: status.textContent });
    } finally {
      save.disabled = false;
    }
  });

  root.querySelector('.cancel-button').addEventListener('click', () => notify('cancel', {}));
}
