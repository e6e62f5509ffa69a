// The one checked way to every ATen operator: look it up by name and overload in libtorch's dispatcher, check and
// convert the arguments against its schema, call it boxed (so autograd, autocast and every backend work as from
// Python), hand back the results. A missing trailing argument takes the schema's default.
#include "status.h"
#include "value.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/function_schema.h>
#include <ATen/core/jit_type.h>
#include <ATen/core/stack.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tracefast {
namespace {

enum class Kind {
    Tensor,
    Int,
    Double,
    Bool,
    Scalar,
    IntList,
    DoubleList,
    BoolList,
    TensorList,
    OptionalTensorList,
    String,
    Device,
    Generator,
    Other // no value of this kind can be passed; its default works
};

struct Parameter {
    Kind kind;
    bool optional;
    int64_t values; // an enumeration's number of values; 0: any integer
};

// A looked-up operator. It lives as long as the process: the caller keeps its address in a static field.
struct Operator {
    explicit Operator(c10::OperatorHandle found) : handle(std::move(found)) {}
    c10::OperatorHandle handle;
    std::vector<Parameter> parameters;
    std::string text; // the schema, for messages
};

Kind list_kind(const c10::Type& element) {
    switch (element.kind()) {
    case c10::TypeKind::IntType:
    case c10::TypeKind::SymIntType:
        return Kind::IntList;
    case c10::TypeKind::FloatType:
        return Kind::DoubleList;
    case c10::TypeKind::BoolType:
        return Kind::BoolList;
    case c10::TypeKind::TensorType:
        return Kind::TensorList;
    case c10::TypeKind::OptionalType:
        return element.expectRef<c10::OptionalType>().getElementType()->kind() == c10::TypeKind::TensorType
                   ? Kind::OptionalTensorList
                   : Kind::Other;
    default:
        return Kind::Other;
    }
}

Kind kind_of(const c10::Type& type) {
    switch (type.kind()) {
    case c10::TypeKind::TensorType:
        return Kind::Tensor;
    case c10::TypeKind::IntType:
    case c10::TypeKind::SymIntType:
        return Kind::Int;
    case c10::TypeKind::FloatType:
        return Kind::Double;
    case c10::TypeKind::BoolType:
        return Kind::Bool;
    case c10::TypeKind::NumberType:
        return Kind::Scalar;
    case c10::TypeKind::StringType:
        return Kind::String;
    case c10::TypeKind::DeviceObjType:
        return Kind::Device;
    case c10::TypeKind::GeneratorType:
        return Kind::Generator;
    case c10::TypeKind::ListType:
        return list_kind(*type.expectRef<c10::ListType>().getElementType());
    default:
        return Kind::Other;
    }
}

// libtorch does not check the range of enumerations, which it takes as plain integers.
int64_t values_of(const c10::Type& type) {
    switch (type.kind()) {
    case c10::TypeKind::ScalarTypeType:
        return static_cast<int64_t>(c10::ScalarType::NumOptions);
    case c10::TypeKind::LayoutType:
        return static_cast<int64_t>(c10::Layout::NumOptions);
    case c10::TypeKind::MemoryFormatType:
        return static_cast<int64_t>(c10::MemoryFormat::NumOptions);
    default:
        return 0;
    }
}

const c10::Type& without_optional(const c10::Type& type) {
    return type.kind() == c10::TypeKind::OptionalType ? *type.expectRef<c10::OptionalType>().getElementType() : type;
}

Parameter parameter_of(const c10::Argument& argument) {
    return {kind_of(without_optional(*argument.type())), argument.type()->kind() == c10::TypeKind::OptionalType,
            values_of(without_optional(*argument.real_type()))};
}

[[noreturn]] void mismatch(const Operator& op, size_t position, Tag given) {
    static const char* const names[] = {"default", "None",   "Tensor",   "int", "float",  "bool",     "int[]",
                                        "float[]", "bool[]", "Tensor[]", "str", "Device", "Generator"};
    const auto index = static_cast<size_t>(given);
    TORCH_CHECK_TYPE(false, op.text, ": argument ", position + 1, " '", op.handle.schema().arguments()[position].name(),
                     "' must be ", op.handle.schema().arguments()[position].type()->annotation_str(), ", not ",
                     index < std::size(names) ? names[index] : "an unknown tag");
    std::abort();
}

at::Tensor tensor_at(void* const* tensors, int32_t i) {
    const auto* tensor = static_cast<const at::Tensor*>(tensors[i]);
    return tensor != nullptr ? *tensor : at::Tensor();
}

c10::IValue tensor_list(const Value& value) {
    c10::List<at::Tensor> list;
    list.reserve(static_cast<size_t>(value.length));
    for (int32_t i = 0; i < value.length; i++) {
        list.push_back(tensor_at(static_cast<void* const*>(value.pointer), i));
        TORCH_CHECK_TYPE(list.get(static_cast<size_t>(i)).defined(), "tensor ", i, " of a list is None");
    }
    return list;
}

c10::IValue optional_tensor_list(const Value& value) {
    c10::List<c10::optional<at::Tensor>> list;
    list.reserve(static_cast<size_t>(value.length));
    for (int32_t i = 0; i < value.length; i++) {
        at::Tensor tensor = tensor_at(static_cast<void* const*>(value.pointer), i);
        list.push_back(tensor.defined() ? c10::optional<at::Tensor>(std::move(tensor)) : c10::optional<at::Tensor>());
    }
    return list;
}

template <typename T, typename Source> c10::IValue plain_list(const Value& value) {
    c10::List<T> list;
    list.reserve(static_cast<size_t>(value.length));
    const auto* source = static_cast<const Source*>(value.pointer);
    for (int32_t i = 0; i < value.length; i++)
        list.push_back(static_cast<T>(source[i]));
    return list;
}

c10::Device device_of(int64_t packed) {
    return {static_cast<c10::DeviceType>(packed & 0xff), static_cast<c10::DeviceIndex>(packed >> 32)};
}

c10::IValue default_of(const Operator& op, size_t position) {
    const c10::Argument& argument = op.handle.schema().arguments()[position];
    if (argument.default_value().has_value()) return *argument.default_value();
    TORCH_CHECK_TYPE(op.parameters[position].optional, op.text, ": argument ", position + 1, " '", argument.name(),
                     "' is missing");
    return {};
}

c10::IValue convert(const Operator& op, size_t position, const Value& value) {
    const Parameter parameter = op.parameters[position];
    const Tag tag = value.tag;
    if (tag == Tag::Default) return default_of(op, position);
    if (tag == Tag::None && parameter.optional) return {};
    switch (parameter.kind) {
    case Kind::Tensor:
        if (tag == Tag::Tensor) return *static_cast<const at::Tensor*>(value.pointer);
        break;
    case Kind::Int:
        TORCH_CHECK_VALUE(tag != Tag::Int || parameter.values == 0 ||
                              (value.integer >= 0 && value.integer < parameter.values),
                          op.text, ": argument ", position + 1, " '", op.handle.schema().arguments()[position].name(),
                          "' has no value ", value.integer);
        if (tag == Tag::Int) return value.integer;
        break;
    case Kind::Double:
        if (tag == Tag::Double) return value.real;
        if (tag == Tag::Int) return static_cast<double>(value.integer);
        break;
    case Kind::Bool:
        if (tag == Tag::Bool) return value.integer != 0;
        break;
    case Kind::Scalar:
        if (tag == Tag::Int) return value.integer;
        if (tag == Tag::Double) return value.real;
        if (tag == Tag::Bool) return value.integer != 0;
        break;
    case Kind::IntList:
        if (tag == Tag::IntList) return plain_list<int64_t, int64_t>(value);
        break;
    case Kind::DoubleList:
        if (tag == Tag::DoubleList) return plain_list<double, double>(value);
        break;
    case Kind::BoolList:
        if (tag == Tag::BoolList) return plain_list<bool, uint8_t>(value);
        break;
    case Kind::TensorList:
        if (tag == Tag::TensorList) return tensor_list(value);
        break;
    case Kind::OptionalTensorList:
        if (tag == Tag::TensorList) return optional_tensor_list(value);
        break;
    case Kind::String:
        if (tag == Tag::String)
            return std::string(static_cast<const char*>(value.pointer), static_cast<size_t>(value.length));
        break;
    case Kind::Device:
        if (tag == Tag::Device) return device_of(value.integer);
        break;
    case Kind::Generator:
        if (tag == Tag::Generator) return *static_cast<const at::Generator*>(value.pointer);
        break;
    case Kind::Other:
        break;
    }
    mismatch(op, position, tag);
}

void hand_over(at::Tensor tensor, Value& out) {
    if (!tensor.defined()) return;
    out.pointer = new at::Tensor(std::move(tensor));
    out.tag = Tag::Tensor;
}

void hand_over(c10::IValue&& value, Value& out) {
    out = Value{{0}, Tag::None, 0};
    if (value.isTensor()) {
        hand_over(std::move(value).toTensor(), out);
    } else if (value.isInt()) {
        out.integer = value.toInt();
        out.tag = Tag::Int;
    } else if (value.isDouble()) {
        out.real = value.toDouble();
        out.tag = Tag::Double;
    } else if (value.isBool()) {
        out.integer = value.toBool() ? 1 : 0;
        out.tag = Tag::Bool;
    } else if (value.isTensorList()) {
        std::vector<at::Tensor> tensors = std::move(value).toTensorVector();
        auto list = std::make_unique<void*[]>(tensors.size());
        for (size_t i = 0; i < tensors.size(); i++)
            list[i] = tensors[i].defined() ? new at::Tensor(std::move(tensors[i])) : nullptr;
        out.length = static_cast<int32_t>(tensors.size());
        out.pointer = list.release();
        out.tag = Tag::TensorList;
    } else {
        TORCH_CHECK_NOT_IMPLEMENTED(value.isNone(), "a result of type ", value.tagKind(), " cannot be handed over");
    }
}

} // namespace
} // namespace tracefast

using tracefast::guarded;
using tracefast::Operator;
using tracefast::Value;

// Looks up aten operator `name` ("aten::add") with `overload` ("Tensor", or ""). The operator is never freed.
TRACEFAST_EXPORT int tracefast_operator_find(const char* name, const char* overload, Operator** found) noexcept {
    return guarded([&] {
        auto handle = c10::Dispatcher::singleton().findSchema({name, overload});
        TORCH_CHECK(handle.has_value(), "this libtorch has no operator ", name, *overload != 0 ? "." : "", overload);
        auto op = std::make_unique<Operator>(*handle);
        for (const c10::Argument& argument : handle->schema().arguments())
            op->parameters.push_back(tracefast::parameter_of(argument));
        op->text = c10::toString(handle->operator_name());
        *found = op.release();
    });
}

// Calls `op` with arguments[0..count); at most `capacity` results are written, further ones are dropped. *produced is
// the number written. The caller owns the tensors (tracefast_tensor_free) and the lists (tracefast_list_free).
TRACEFAST_EXPORT int tracefast_operator_call(const Operator* op, const Value* arguments, int32_t count, Value* results,
                                             int32_t capacity, int32_t* produced) noexcept {
    return guarded([&] {
        *produced = 0;
        const size_t given = static_cast<size_t>(count), needed = op->parameters.size();
        TORCH_CHECK_TYPE(given <= needed, op->text, " takes at most ", needed, " arguments, not ", given);
        torch::jit::Stack stack;
        stack.reserve(needed);
        for (size_t i = 0; i < needed; i++)
            stack.push_back(i < given ? tracefast::convert(*op, i, arguments[i]) : tracefast::default_of(*op, i));
        op->handle.callBoxed(&stack);
        for (size_t i = 0; i < stack.size() && i < static_cast<size_t>(capacity); i++) {
            tracefast::hand_over(std::move(stack[i]), results[i]);
            *produced = static_cast<int32_t>(i + 1);
        }
    });
}

// Frees the array of a TensorList result (the tensors in it are freed one by one).
TRACEFAST_EXPORT void tracefast_list_free(void** list) noexcept {
    delete[] list;
}

TRACEFAST_EXPORT int32_t tracefast_value_size() noexcept {
    return static_cast<int32_t>(sizeof(Value));
}
