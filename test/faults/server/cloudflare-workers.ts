/** Stands for the module of workerd in Node, where the app is read and never run. */
export class WorkerEntrypoint {}
export class DurableObject {}
