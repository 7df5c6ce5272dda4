/** The classes we use, from their submodules: the package's entry would load all 31 clients (+80 ms). */
export { BuildApi } from 'azure-devops-node-api/BuildApi.js';
export { GitApi } from 'azure-devops-node-api/GitApi.js';
export { PipelinesApi } from 'azure-devops-node-api/PipelinesApi.js';
export { PolicyApi } from 'azure-devops-node-api/PolicyApi.js';
export { ServiceEndpointApi } from 'azure-devops-node-api/ServiceEndpointApi.js';
export { TaskAgentApi } from 'azure-devops-node-api/TaskAgentApi.js';
