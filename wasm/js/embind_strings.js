/**
 * Embind's std::string in JavaScript, in place of the one of Emscripten's library (a JavaScript
 * library, see wasm/CMakeLists.txt). That one also carries Latin-1, looks at each byte in a loop,
 * and encodes by hand what every browser has a TextEncoder for.
 *
 * What crosses is a block of malloc(): its length in bytes, then UTF-8.
 */
mergeInto(LibraryManager.library, {
  _embind_register_std_string__deps: ['$registerType', '$readLatin1String', 'malloc', 'free'],
  _embind_register_std_string: function (rawType, name) {
    registerType(rawType, {
      name: readLatin1String(name),
      fromWireType: (block) => {
        var text = UTF8Decoder.decode(HEAPU8.subarray(block + 4, block + 4 + HEAPU32[block >> 2]));
        _free(block);
        return text;
      },
      toWireType: (destructors, value) => {
        var bytes = typeof value == 'string' ? new TextEncoder().encode(value) : value;
        var block = _malloc(4 + bytes.length);
        HEAPU32[block >> 2] = bytes.length;
        HEAPU8.set(bytes, block + 4);
        if (destructors) destructors.push(_free, block);
        return block;
      },
      argPackAdvance: 8,
      destructorFunction: (block) => _free(block),
    });
  },
});
