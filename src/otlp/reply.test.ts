import { describe, expect, test } from "vitest";
import { decodeProto } from "../../test/fixtures/proto/encode.ts";
import { encodeEmptyResponse, encodeResponse, encodeStatus, encodeTraceResponse } from "./reply.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

describe("full success leaves partial_success unset", () => {
  test("as JSON", () => {
    expect([encodeTraceResponse("json"), encodeResponse("logs", "json"), encodeEmptyResponse("json")]).toEqual([
      "{}",
      "{}",
      "{}",
    ]);
  });

  test("as protobuf", () => {
    expect([
      encodeTraceResponse("protobuf"),
      encodeResponse("logs", "protobuf"),
      encodeEmptyResponse("protobuf"),
    ]).toEqual([new Uint8Array(), new Uint8Array(), new Uint8Array()]);
  });
});

describe("a partial success", () => {
  test.each<[number, string, string, string]>([
    [1, "no", '{"partialSuccess":{"rejectedSpans":"1","errorMessage":"no"}}', "0a06080112026e6f"],
    [300, "é", '{"partialSuccess":{"rejectedSpans":"300","errorMessage":"é"}}', "0a0708ac021202c3a9"],
    [0, "a warning", '{"partialSuccess":{"errorMessage":"a warning"}}', "0a0b120961207761726e696e67"],
    [5, "", '{"partialSuccess":{"rejectedSpans":"5"}}', "0a020805"],
    [2 ** 40, "", '{"partialSuccess":{"rejectedSpans":"1099511627776"}}', "0a0708808080808020"],
  ])("of %i spans: %j", (rejected, message, json, protobuf) => {
    expect(encodeTraceResponse("json", { rejected, message })).toBe(json);
    const bytes = encodeTraceResponse("protobuf", { rejected, message });
    expect(hex(bytes)).toBe(protobuf);
    expect(decodeProto("ExportTraceServiceResponse", bytes)).toEqual({
      partialSuccess: {
        ...(rejected === 0 ? {} : { rejectedSpans: String(rejected) }),
        ...(message === "" ? {} : { errorMessage: message }),
      },
    });
  });

  test.each<[number, string, string]>([
    [2, "no", '{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"no"}}'],
    [0, "a warning", '{"partialSuccess":{"errorMessage":"a warning"}}'],
    [5, "", '{"partialSuccess":{"rejectedLogRecords":"5"}}'],
  ])("of %i log records: %j", (rejected, message, json) => {
    expect(encodeResponse("logs", "json", { rejected, message })).toBe(json);
    const bytes = encodeResponse("logs", "protobuf", { rejected, message });
    expect(decodeProto("ExportLogsServiceResponse", bytes)).toEqual(JSON.parse(json));
  });
});

describe("a status", () => {
  test.each<[number, string, string, string]>([
    [3, "bad", '{"code":3,"message":"bad"}', "08031203626164"],
    [16, 'say "key"', '{"code":16,"message":"say \\"key\\""}', "0810120973617920226b657922"],
    [0, "", '{"code":0,"message":""}', ""],
  ])("%i %j", (code, message, json, protobuf) => {
    expect(encodeStatus("json", code, message)).toBe(json);
    const bytes = encodeStatus("protobuf", code, message);
    expect(hex(bytes)).toBe(protobuf);
    expect(decodeProto("RpcStatus", bytes)).toEqual({
      ...(code === 0 ? {} : { code }),
      ...(message === "" ? {} : { message }),
    });
  });
});

test("a long message is cut with a mark, never inside a character", () => {
  const cut = (message: string) => JSON.parse(encodeStatus("json", 3, message)).message;
  expect(cut("x".repeat(1000))).toBe("x".repeat(1000));
  expect(cut("x".repeat(1001))).toBe(`${"x".repeat(999)}…`);
  expect(cut(`${"x".repeat(998)}🎉🎉`)).toBe(`${"x".repeat(998)}…`);
  const bytes = encodeTraceResponse("protobuf", { rejected: 1, message: "é".repeat(100_000) });
  expect(decodeProto("ExportTraceServiceResponse", bytes)).toEqual({
    partialSuccess: { rejectedSpans: "1", errorMessage: `${"é".repeat(999)}…` },
  });
});
