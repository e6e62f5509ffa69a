using System.Reflection;
using TraceFast.Torch.Native;

namespace TraceFast.Torch.Tests;

/// <summary>The checked path to ATen: names, layouts, argument checks, errors.</summary>
public sealed class OperatorTests
{
    public static TheoryData<string> Operators =>
        new(typeof(Aten).GetFields(BindingFlags.Static | BindingFlags.NonPublic).Select(f => f.Name));

    [Theory, MemberData(nameof(Operators))]
    public void Every_operator_is_in_this_libtorch(string field)
    {
        var op = (Operator)typeof(Aten).GetField(field, BindingFlags.Static | BindingFlags.NonPublic)!.GetValue(null)!;
        Assert.Equal(field, op.Name.Replace('.', '_'));
        Assert.NotEqual(0, op.Resolve());
    }

    [Fact]
    public unsafe void Structures_have_the_same_layout_on_both_sides()
    {
        Assert.Equal(sizeof(NativeValue), NativeMethods.tracefast_value_size());
        Assert.Equal(sizeof(TensorDescription), NativeMethods.tracefast_description_size());
    }

    [Fact]
    public void A_missing_operator_is_named()
    {
        var e = Assert.ThrowsAny<System.Runtime.InteropServices.ExternalException>(() => new Operator("no_such_thing.Tensor").Resolve());
        Assert.Contains("aten::no_such_thing.Tensor", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_argument_of_the_wrong_type_is_named()
    {
        using torch.Tensor x = torch.ones(2);
        var op = new Operator("sum.dim_IntList");
        var e = Assert.ThrowsAny<System.Runtime.InteropServices.ExternalException>(() => op.Call(x, "first", true));
        Assert.Contains("argument 2 'dim' must be", e.Message, StringComparison.Ordinal);
        Assert.Contains("not str", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_many_and_too_few_arguments_are_errors()
    {
        using torch.Tensor x = torch.ones(2);
        var op = new Operator("mm");
        Assert.Contains("'mat2' is missing", Assert.ThrowsAny<System.Runtime.InteropServices.ExternalException>(() => op.Call(x)).Message, StringComparison.Ordinal);
        Assert.Contains("at most 2", Assert.ThrowsAny<System.Runtime.InteropServices.ExternalException>(() => op.Call(x, x, x)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_enumeration_has_its_values_only() // libtorch itself writes beyond the tensor with memory_format 4
    {
        using torch.Tensor x = torch.ones(2);
        var e = Assert.ThrowsAny<System.Runtime.InteropServices.ExternalException>(() => Aten.clone.Call(x, 4L));
        Assert.Contains("'memory_format' has no value 4", e.Message, StringComparison.Ordinal);
        Assert.ThrowsAny<System.Runtime.InteropServices.ExternalException>(() => x.to((torch.ScalarType)99));
    }

    [Fact]
    public void None_is_refused_where_a_tensor_is_needed()
    {
        using torch.Tensor x = torch.ones(2, 2);
        Assert.ThrowsAny<System.Runtime.InteropServices.ExternalException>(() => new Operator("mm").Call(x, Argument.None));
        Assert.ThrowsAny<System.Runtime.InteropServices.ExternalException>(() => torch.cat([x, null!]));
    }
}
