// Small generators for this repository: npx plop@4 notebook | endpoint | monitor.
// Add your own with plop.setGenerator; https://plopjs.com describes what a generator can do.

const name = {
  type: 'input',
  name: 'name',
  message: 'Name (lower case, words joined by _)',
  validate: (value) => /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(value) || 'lower case letters, digits and _',
};

/** @param {import('plop').NodePlopAPI} plop */
export default function configure(plop) {
  const generator = (id, description, actions) => plop.setGenerator(id, { description, prompts: [name], actions });
  const add = (path, templateFile) => ({ type: 'add', path, templateFile: `plop/${templateFile}` });

  generator('notebook', 'A notebook, thin, with a tested module beside it', [
    add('notebooks/{{name}}.py', 'notebook.py.tpl'),
    add('notebooks/{{name}}_steps.py', 'steps.py.tpl'),
    add('notebooks/tests/test_{{name}}.py', 'test_steps.py.tpl'),
  ]);
  generator('endpoint', 'An endpoint of the service, with its test', [
    add('api/endpoints/{{name}}.py', 'endpoint.py.tpl'),
    add('api/tests/test_endpoint_{{name}}.py', 'test_endpoint.py.tpl'),
  ]);
  generator('monitor', 'A notebook that measures drift against the model in service', [
    add('notebooks/{{name}}_monitor.py', 'monitor.py.tpl'),
    add('notebooks/{{name}}_monitoring.py', 'monitoring.py.tpl'),
    add('notebooks/tests/test_{{name}}_monitoring.py', 'test_monitoring.py.tpl'),
  ]);
}
