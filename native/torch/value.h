// One argument or result of an operator call, as it crosses the C boundary. Mirrored by TraceFast.Torch's NativeValue.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tracefast {

enum class Tag : int32_t {
    Default = 0,    // the schema's default
    None = 1,       // None of an optional argument; an undefined tensor as a result
    Tensor = 2,     // pointer: at::Tensor*
    Int = 3,        // integer; also enumerations (ScalarType, Layout, MemoryFormat)
    Double = 4,     // real
    Bool = 5,       // integer 0 or 1
    IntList = 6,    // pointer: int64_t[length]
    DoubleList = 7, // pointer: double[length]
    BoolList = 8,   // pointer: uint8_t[length]
    TensorList = 9, // pointer: at::Tensor*[length]; a null element is an undefined tensor
    String = 10,    // pointer: char[length], UTF-8
    Device = 11,    // integer: type in the low 32 bits, index (-1: current) in the high 32
    Generator = 12, // pointer: at::Generator*
};

struct Value {
    union {
        int64_t integer;
        double real;
        void* pointer;
    };
    Tag tag;
    int32_t length;
};

static_assert(sizeof(Value) == 16, "TraceFast.Torch.NativeValue has the same layout");
static_assert(offsetof(Value, tag) == 8 && offsetof(Value, length) == 12,
              "TraceFast.Torch.NativeValue has the same layout");

} // namespace tracefast
