using System.Runtime.InteropServices;

namespace TraceFast.Torch.Tests;

/// <summary>Whatever is asked for, the answer is a typed exception with libtorch's message.</summary>
public sealed class ErrorTests
{
    [Fact]
    public void Shapes_that_do_not_fit() => Says("mat1 and mat2 shapes cannot be multiplied", (a, b) => a.matmul(b));

    [Fact]
    public void Sizes_that_do_not_broadcast() => Says("must match the size", (a, _) => a + torch.ones(7));

    [Fact]
    public void Types_that_do_not_fit() => Says("expected", (a, _) => a.matmul(torch.ones(3, 2, dtype: torch.float64)));

    [Fact]
    public void Indices_out_of_range() => Says("out of range", (a, _) => a.select(0, 9));

    [Fact]
    public void Row_numbers_out_of_range() => Says("out of range", (a, _) => a.index_select(0, torch.tensor(new long[] { 5 })));

    [Fact]
    public void Bad_dimension() => Says("Dimension out of range", (a, _) => a.sum(4));

    [Fact]
    public void Impossible_view() => Says("invalid for input of size", (a, _) => a.view(5, 5));

    [Fact]
    public void Negative_size() => Says("negative dimension", (_, _) => torch.zeros(-3));

    [Fact]
    public void More_memory_than_there_is() => Says("allocate", (_, _) => torch.empty(1L << 50));

    [Fact]
    public void Size_that_overflows() => Says("", (_, _) => torch.empty(1L << 62, 1L << 62));

    [Fact]
    public void A_gradient_for_integers() => Says("floating point", (_, _) => torch.ones(2, dtype: torch.int64, requires_grad: true));

    [Fact]
    public void Changing_a_leaf_in_place() => Says("leaf", (_, _) => torch.ones(2, requires_grad: true).add_(1));

    [Fact]
    public void A_second_backward() => Says("second time", (_, _) =>
    {
        torch.Tensor y = (torch.ones(2, requires_grad: true) * torch.ones(2)).exp().sum();
        y.backward();
        y.backward();
        return y;
    });

    [Fact]
    public void A_bad_equation() => Says("einsum", (a, b) => torch.einsum("ij,jk->iz", a, b));

    [Fact]
    public void No_gpu()
    {
        Assert.SkipWhen(torch.cuda.is_available(), "a GPU is here");
        Says("CUDA", (a, _) => a.cuda());
    }

    private static void Says(string expected, Func<torch.Tensor, torch.Tensor, torch.Tensor> action)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor a = torch.ones(2, 3), b = torch.ones(4, 2);
        var e = Assert.ThrowsAny<ExternalException>(() => action(a, b));
        Assert.Contains(expected, e.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("frame #", e.Message, StringComparison.Ordinal); // no C++ backtrace
        Assert.Equal(12, (a + 1).sum().item<float>()); // and the library goes on working
    }

    [Fact]
    public void Disposed_tensors()
    {
        torch.Tensor x = torch.ones(2), y = torch.ones(2);
        TensorAccessorOf(x, out var data);
        x.Dispose();
        x.Dispose();
        Assert.Throws<ObjectDisposedException>(() => x.Handle);
        Assert.Throws<ObjectDisposedException>(() => x.shape);
        Assert.Throws<ObjectDisposedException>(() => x + y);
        Assert.Throws<ObjectDisposedException>(() => y + x);
        Assert.Throws<ObjectDisposedException>(() => torch.cat([y, x]));
        Assert.Throws<ObjectDisposedException>(() => x.requires_grad_());
        Assert.Throws<ObjectDisposedException>(() => torch.autograd.grad([y, x], [y]));
        Assert.Throws<ObjectDisposedException>(() => data.ToArray());
        Assert.Equal("[disposed]", x.ToString());
        using torch.Tensor again = y + y; // a failed call holds nothing
        y.Dispose();
        Assert.True(y.IsInvalid);
    }

    private static void TensorAccessorOf(torch.Tensor x, out Utils.TensorAccessor<float> data) => data = x.data<float>();

    [Fact]
    public void Reading_as_another_type_or_shape()
    {
        using torch.Tensor x = torch.ones(2);
        Assert.Throws<ArgumentException>(() => x.data<double>());
        Assert.Contains("must be 1, not 2", Assert.Throws<ArgumentException>(() => x.item<float>()).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => x.size(1));
        Assert.Throws<ArgumentException>(() => torch.device("tpu"));
        Assert.Throws<ArgumentException>(() => torch.device("cuda:x"));
        Assert.Throws<ArgumentException>(() => torch.Tensor.UnsafeCreateTensor(0));
    }

    [Fact]
    public void A_pointer_changes_hands()
    {
        torch.Tensor x = torch.tensor(new float[] { 1, 2 });
        nint pointer = x.DecoupleFromNativeHandle();
        Assert.True(x.IsInvalid);
        using torch.Tensor y = torch.Tensor.UnsafeCreateTensor(pointer);
        Assert.Equal([1f, 2], y.data<float>().ToArray());
    }
}
