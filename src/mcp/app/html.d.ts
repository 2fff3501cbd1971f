/** A file whose text is part of the Worker. */
declare module "*.html" {
  const text: string;
  export default text;
}
