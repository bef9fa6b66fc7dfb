/**
 * Embind's JavaScript for a module that binds functions over double, std::string and void, in place
 * of what Emscripten's library has for every C++ program: overloads, types that are told of later or
 * never, texts for each mistake in bindings (a JavaScript library, see wasm/CMakeLists.txt). How a
 * call crosses (`craftInvokerFunction`) is Embind's own.
 *
 * bindings.cpp tells of the types before it tells of functions.
 */
mergeInto(LibraryManager.library, {
  $throwBindingError__deps: [],
  $throwBindingError: function (message) {
    throw new Error(message);
  },

  $readLatin1String__deps: [],
  $readLatin1String: function (at) {
    var text = '';
    while (HEAPU8[at]) text += String.fromCharCode(HEAPU8[at++]);
    return text;
  },

  _embind_register_void__deps: ['$registeredTypes'],
  _embind_register_void: function (rawType) {
    registeredTypes[rawType] = { name: 'void' };
  },

  _embind_register_float__deps: ['$registeredTypes'],
  _embind_register_float: function (rawType) {
    registeredTypes[rawType] = {
      fromWireType: (value) => value,
      toWireType: (_, value) => value,
      destructorFunction: null,
    };
  },

  // What crosses is a block of malloc(): its length in bytes, then UTF-8. Strings and bytes are taken.
  _embind_register_std_string__deps: ['$registeredTypes', 'malloc', 'free'],
  _embind_register_std_string: function (rawType) {
    registeredTypes[rawType] = {
      fromWireType: (block) => {
        var text = UTF8Decoder.decode(HEAPU8.subarray(block + 4, block + 4 + HEAPU32[block >> 2]));
        _free(block);
        return text;
      },
      toWireType: (_, value) => {
        var bytes = typeof value == 'string' ? new TextEncoder().encode(value) : value;
        var block = _malloc(4 + bytes.length);
        HEAPU32[block >> 2] = bytes.length;
        HEAPU8.set(bytes, block + 4);
        return block;
      },
      destructorFunction: (block) => _free(block),
    };
  },

  _embind_register_function__deps: [
    '$registeredTypes', '$heap32VectorToArray', '$readLatin1String', '$craftInvokerFunction', '$getWasmTableEntry',
  ],
  _embind_register_function: function (rawName, typeCount, rawTypes, _, invoker, target) {
    var name = readLatin1String(rawName);
    var [result, ...given] = heap32VectorToArray(typeCount, rawTypes).map((type) => registeredTypes[type]);
    Module[name] = craftInvokerFunction(name, [result, null, ...given], null, getWasmTableEntry(invoker), target);
  },
});
