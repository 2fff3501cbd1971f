import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url);

/**
 * Generates the two libraries' decoders from the .proto into `into`: `static.js` (protobufjs) and `otlp_pb.js`
 * (protobuf-es). Neither needs protoc: protobufjs parses the file, and its descriptors feed protoc-gen-es.
 */
export async function generate(proto: string, into: string): Promise<void> {
  mkdirSync(into, { recursive: true });
  const pbjs = require("protobufjs-cli/pbjs");
  const code = await new Promise<string>((resolve, reject) => {
    pbjs.main(
      ["-t", "static-module", "-w", "es6", "--no-verify", "--no-delimited", "--no-convert", "--force-long", proto],
      (error: Error | null, output: string) => (error ? reject(error) : resolve(output)),
    );
  });
  writeFileSync(join(into, "static.js"), code.replace('"protobufjs/minimal"', '"protobufjs/minimal.js"'));
  writeFileSync(join(into, "otlp_pb.js"), protobufEs(proto));
}

function protobufEs(proto: string): string {
  const protobuf = require("protobufjs");
  const descriptor = require("protobufjs/ext/descriptor");
  const root = protobuf.loadSync(proto);
  root.resolveAll();
  const set = root.toDescriptor("proto3");
  for (const file of set.file) for (const message of file.messageType) qualify(message, `.${file.package}.`);
  const schema = protobuf.parse(`syntax = "proto3";
    message CodeGeneratorRequest { repeated string file_to_generate = 1; string parameter = 2; repeated bytes proto_file = 15; }
    message CodeGeneratorResponse { message File { string name = 1; string content = 15; } string error = 1; repeated File file = 15; }`).root;
  const request = schema.lookupType("CodeGeneratorRequest");
  const input = request.encode({
    fileToGenerate: set.file.map((file: { name: string }) => file.name),
    parameter: "target=js,import_extension=js",
    protoFile: set.file.map((file: object) => descriptor.FileDescriptorProto.encode(file).finish()),
  });
  const plugin = join(import.meta.dirname, "../../../node_modules/.bin/protoc-gen-es");
  const run = spawnSync(process.execPath, [plugin], { input: input.finish() });
  if (run.status !== 0) throw new Error(`protoc-gen-es failed: ${run.stderr}`);
  const response = schema.lookupType("CodeGeneratorResponse").decode(run.stdout);
  if (response.error) throw new Error(response.error);
  return response.file[0].content;
}

/** protobufjs writes type names relative to their scope; the plugin wants them from the root. */
function qualify(message: { field?: { typeName?: string }[]; nestedType?: [] }, scope: string): void {
  for (const field of message.field ?? []) {
    if (field.typeName && !field.typeName.startsWith(".")) field.typeName = scope + field.typeName;
  }
}
