import { expect, test } from "vitest";
import { disposition, downloadType, matches, previewOf, rangeOf, wholeCharacters } from "./media.ts";

test.each([
  ["text/plain", "text", "text/plain"],
  ["Text/Markdown; charset=UTF-8", "text", "Text/Markdown; charset=UTF-8"],
  ["application/json", "text", "application/json"],
  ["application/vnd.api+json", "text", "application/vnd.api+json"],
  ["text/css", "text", "application/octet-stream"],
  ["text/javascript", "text", "application/octet-stream"],
  ["application/xml", "text", "application/octet-stream"],
  ["image/png", "image", "image/png"],
  ["IMAGE/JPEG", "image", "IMAGE/JPEG"],
  ["image/gif", "image", "image/gif"],
  ["image/webp", "image", "image/webp"],
  ["application/pdf", "document", "application/pdf"],
  ["image/svg+xml", "drawing", "application/octet-stream"],
  ["text/html", "page", "application/octet-stream"],
  ["text/html;charset=utf-8", "page", "application/octet-stream"],
  ["application/xhtml+xml", null, "application/octet-stream"],
  ["application/zip", null, "application/zip"],
  ["application/octet-stream", null, "application/octet-stream"],
  ["video/mp4", null, "video/mp4"],
])("%s is previewed as %s and downloaded as %s", (type, preview, download) => {
  expect([previewOf(type), downloadType(type)]).toEqual([preview, download]);
});

test.each([
  ["report.pdf", "report.pdf"],
  ['a"b.txt', "a%22b.txt"],
  ["it's (1)*!.txt", "it%27s%20%281%29%2A%21.txt"],
  ["a\r\nSet-Cookie: x=1", "a__Set-Cookie%3A%20x%3D1"],
  ["../../etc/passwd", ".._.._etc_passwd"],
  ["c:\\x.exe", "c%3A_x.exe"],
  ["Grüße 🌍.md", "Gr%C3%BC%C3%9Fe%20%F0%9F%8C%8D.md"],
  ["gpj.\u202eexe", "gpj._exe"],
  ["a;b=c,d", "a%3Bb%3Dc%2Cd"],
])("the file %j is called %s", (name, encoded) => {
  expect(disposition("attachment", name)).toBe(`attachment; filename*=UTF-8''${encoded}`);
});

test.each([
  [null, null],
  ["bytes=0-0", { from: 0, length: 1 }],
  ["bytes=2-5", { from: 2, length: 4 }],
  ["bytes=8-", { from: 8, length: 2 }],
  ["bytes=8-99", { from: 8, length: 2 }],
  ["bytes=-3", { from: 7, length: 3 }],
  ["bytes=-99", { from: 0, length: 10 }],
  ["bytes=10-", "unsatisfiable"],
  ["bytes=99-100", "unsatisfiable"],
  ["bytes=-0", "unsatisfiable"],
  ["bytes=5-2", null],
  ["bytes=-", null],
  ["bytes=0-1,3-4", null],
  ["lines=0-1", null],
])("of ten bytes, %s is %j", (header, range) => {
  expect(rangeOf(header, 10)).toEqual(range);
});

test.each([
  [null, false],
  ['"a"', true],
  ['W/"a"', true],
  ['"b", "a"', true],
  ["*", true],
  ['"b"', false],
])("If-None-Match %s matches the tag a: %s", (header, expected) => {
  expect(matches(header, '"a"')).toBe(expected);
});

test("text is cut between characters, wherever its bytes end", () => {
  const text = "aé€🌍";
  const bytes = new TextEncoder().encode(text);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const cut = Array.from({ length: bytes.byteLength + 1 }, (_, end) =>
    decoder.decode(wholeCharacters(bytes.subarray(0, end))),
  );
  expect(cut).toEqual(["", "a", "a", "aé", "aé", "aé", "aé€", "aé€", "aé€", "aé€", text]);
});
