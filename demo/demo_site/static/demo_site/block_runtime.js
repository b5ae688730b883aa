// The browser's half of the demo's XBlock runtime: what runtime/1.js is in the workbench and the
// runtime of LMS and Studio is in Open edX, without jQuery.
(function () {
  'use strict';

  class BlockRuntime {
    handlerUrl(element, name, suffix, query) {
      const block = (element.nodeType ? element : element[0]).closest('[data-handlers]');
      const url = block.dataset.handlers.replace('NAME', encodeURIComponent(name));
      return url + (suffix ? suffix : '') + (query ? `?${query}` : '');
    }

    children() {
      return [];
    }

    // Studio's forms tell the page what became of them: save (start, end), cancel, error.
    notify(event, detail) {
      const status = document.querySelector('[data-demo-studio]');
      if (!status) {
        return;
      }
      if (event === 'cancel' || (event === 'save' && detail && detail.state === 'end')) {
        window.location.assign(status.dataset.demoStudio);
      } else if (event === 'error') {
        status.hidden = false;
        status.textContent = [detail && detail.title, detail && detail.message]
          .filter(Boolean)
          .join(': ');
      }
    }
  }

  function start(element) {
    const initialise = window[element.dataset.init];
    if (element.dataset.started || typeof initialise !== 'function') {
      return;
    }
    element.dataset.started = 'yes';
    const text = element.querySelector(':scope > .xblock_json_init_args');
    initialise(new BlockRuntime(), element, text ? JSON.parse(text.textContent) : {});
  }

  function startAll() {
    document.querySelectorAll('.xblock-v1[data-init]').forEach(start);
  }

  if (document.readyState === 'loading') {
    document.addEventListener('DOMContentLoaded', startAll);
  } else {
    startAll();
  }
})();
