/**
 * Embind's JavaScript for a module that binds functions over double, std::string and void, in place
 * of what Emscripten's library has for every C++ program: overloads, types that are told of later or
 * never, values that live until the next call, texts for each mistake in bindings; and of how memory
 * grows, what is left without its settings (a JavaScript library, see wasm/CMakeLists.txt).
 *
 * bindings.cpp tells of the types before it tells of functions.
 */
mergeInto(LibraryManager.library, {
  // A fifth more memory than there is, or just what is asked for; what the engine may not have is refused.
  emscripten_resize_heap__deps: ['$emscripten_realloc_buffer'],
  emscripten_resize_heap: function (wanted) {
    wanted >>>= 0;
    return emscripten_realloc_buffer(Math.max(wanted, 1.2 * HEAPU8.length)) || emscripten_realloc_buffer(wanted);
  },

  $readLatin1String__deps: [],
  $readLatin1String: function (at) {
    var text = '';
    while (HEAPU8[at]) text += String.fromCharCode(HEAPU8[at++]);
    return text;
  },

  // How a value crosses: `fromWireType` and `toWireType` as Embind calls them; `free` takes back what
  // toWireType() has made, once the call is over.
  _embind_register_void__deps: ['$registeredTypes'],
  _embind_register_void: function (rawType) {
    registeredTypes[rawType] = { fromWireType: () => {} };
  },

  _embind_register_float__deps: ['$registeredTypes'],
  _embind_register_float: function (rawType) {
    registeredTypes[rawType] = { fromWireType: (value) => value, toWireType: (value) => value };
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
      toWireType: (value) => {
        var bytes = typeof value == 'string' ? new TextEncoder().encode(value) : value;
        var block = _malloc(4 + bytes.length);
        HEAPU32[block >> 2] = bytes.length;
        HEAPU8.set(bytes, block + 4);
        return block;
      },
      free: (block) => _free(block),
    };
  },

  _embind_register_function__deps: ['$registeredTypes', '$heap32VectorToArray', '$readLatin1String', '$getWasmTableEntry'],
  _embind_register_function: function (rawName, typeCount, rawTypes, _, invoker, target) {
    var [result, ...parameters] = heap32VectorToArray(typeCount, rawTypes).map((type) => registeredTypes[type]);
    var invoke = getWasmTableEntry(invoker);
    Module[readLatin1String(rawName)] = (...values) => {
      var wire = parameters.map((type, i) => type.toWireType(values[i]));
      var returned = invoke(target, ...wire);
      parameters.forEach((type, i) => type.free && type.free(wire[i]));
      return result.fromWireType(returned);
    };
  },
});
