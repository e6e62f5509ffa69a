using System.Runtime.InteropServices;

namespace TraceFast.Torch.Tests;

/// <summary>Numbers in and out, shapes, types, indices.</summary>
public sealed class DataTests
{
    [Fact]
    public void Numbers_come_back_as_they_went_in()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Assert.Equal([1.5f, -2], torch.tensor(new float[] { 1.5f, -2 }).data<float>().ToArray());
        Assert.Equal([1.5, -2], torch.tensor(new double[] { 1.5, -2 }).data<double>().ToArray());
        Assert.Equal([long.MinValue, 3], torch.tensor(new long[] { long.MinValue, 3 }).data<long>().ToArray());
        Assert.Equal([int.MaxValue, 3], torch.tensor(new int[] { int.MaxValue, 3 }).data<int>().ToArray());
        Assert.Equal([true, false], torch.tensor(new bool[] { true, false }).data<bool>().ToArray());
        Assert.Equal(new byte[] { 255, 0 }, torch.tensor(new byte[] { 255, 0 }).data<byte>().ToArray());
        Assert.Equal((torch.float64, torch.int64, torch.float32), (torch.tensor(1.0).dtype, torch.tensor(1L).dtype, torch.tensor(1f).dtype));
        torch.Tensor x = torch.tensor(new long[] { 1, 2, 3, 4, 5, 6 }, [2, 3], dtype: torch.float32);
        Assert.Equal([2L, 3], x.shape);
        Assert.Equal([3L, 1], x.stride());
        Assert.Equal(6f, x[1, 2].item<float>());
        Assert.Equal("[2x3], type = Float32, device = cpu", x.ToString());
        Assert.ThrowsAny<ExternalException>(() => torch.tensor(new float[] { 1, 2, 3 }, [2, 2]));
    }

    [Fact]
    public void Views_read_through_their_strides()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor x = torch.arange(24, dtype: torch.float32).reshape(2, 3, 4);
        Assert.Equal([0f, 4, 8, 1, 5, 9], x.select(0, 0).narrow(1, 0, 2).t().data<float>().ToArray());
        Assert.Equal([5f, 7, 9, 11, 17, 19, 21, 23], x.slice(1, 1, 3, 1).slice(2, 1, 4, 2).data<float>().ToArray());
        Assert.Equal([1f, 1, 1], torch.ones(1).expand(3).data<float>().ToArray());
        var transposed = x.permute(2, 0, 1).data<float>();
        Assert.Equal(x[1, 2, 3].item<float>(), transposed[3, 1, 2]);
        Assert.Throws<IndexOutOfRangeException>(() => transposed[4, 0, 0]);
        Assert.Throws<IndexOutOfRangeException>(() => transposed[0, 0]);
        var part = new float[3];
        transposed.CopyTo(part, 1, 22);
        Assert.Equal([0f, x[1, 1, 3].item<float>(), x[1, 2, 3].item<float>()], part);
        torch.Tensor column = x.select(2, 0);
        column.data<float>().CopyFrom([-1, -2, -3, -4, -5, -6]);
        Assert.Equal(-6f, x[1, 2, 0].item<float>());
        Assert.Throws<NotImplementedException>(() => x.transpose(0, 1).bytes.Length);
        Assert.Equal(96, x.contiguous().bytes.Length);
    }

    [Fact]
    public void Empty_and_zero_dimensional_tensors()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor none = torch.empty([0, 3]);
        Assert.Empty(none.data<float>().ToArray());
        Assert.Equal((0L, 2L), (none.numel(), none.dim()));
        Assert.Equal(0f, none.sum().item<float>());
        Assert.Equal([0L, 5], none.matmul(torch.ones(3, 5)).shape);
        Assert.Equal([2L, 3], torch.cat([none, torch.ones(2, 3)]).shape);
        Assert.Equal(0, torch.tensor(Array.Empty<float>()).numel());
        torch.Tensor number = torch.tensor(3.0);
        Assert.Equal([], number.shape);
        Assert.Equal([3.0], number.data<double>().ToArray());
    }

    [Fact]
    public void Types_convert_and_share_where_they_can()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor x = torch.tensor(new float[] { 1.00390625f, 2.7f });
        Assert.Equal([1f, 2.703125f], x.to(torch.bfloat16).@float().data<float>().ToArray());
        Assert.Equal([1L, 2], x.@long().data<long>().ToArray());
        x.to(torch.float32).add_(1);
        Assert.Equal(2.00390625f, x[0].item<float>()); // no copy unless asked for
        x.to(torch.float32, copy: true).zero_();
        Assert.Equal(2.00390625f, x[0].item<float>());
        Assert.Equal((torch.float64, DeviceType.CPU), (x.to(torch.float64, torch.CPU).dtype, x.cpu().device_type));
        Assert.Equal(2, x[0].ToInt64());
        Assert.ThrowsAny<ExternalException>(() => x.ToInt64());
        Assert.ThrowsAny<ExternalException>(() => torch.empty(0).ToSingle());
    }

    [Fact]
    public void Indices_as_in_python()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor x = torch.arange(24).reshape(2, 3, 4);
        Assert.Equal([12L, 16, 20], x[1, torch.TensorIndex.Colon, 0].data<long>().ToArray());
        Assert.Equal([1L, 2, 5, 6, 9, 10], x[0, torch.TensorIndex.Ellipsis, 1..3].data<long>().ToArray());
        Assert.Equal([3L, 23], x[torch.tensor(new long[] { 0, 1 }), torch.tensor(new long[] { 0, 2 }), torch.tensor(new long[] { 3, 3 })].data<long>().ToArray());
        Assert.Equal([1L, 2, 1, 4], x[0, torch.TensorIndex.None, ..^1, torch.TensorIndex.None, 0..4].shape);
        Assert.Equal([8L, 0], x[0, torch.TensorIndex.Tensor(torch.tensor(new long[] { 2, 0 })), 0].data<long>().ToArray());
        x[1, 2] = torch.zeros(4, dtype: torch.int64);
        x[0, torch.TensorIndex.Colon, ^1] = torch.tensor(-1L);
        Assert.Equal([-1L, -1, -1, 0], torch.cat([x[0].select(1, 3), x[1, 2].narrow(0, 0, 1)]).data<long>().ToArray());
    }

    [Fact]
    public void Ranges_orders_and_choices()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Assert.Equal([0L, 1, 2], torch.arange(3).data<long>().ToArray());
        Assert.Equal([1f, 1.5f, 2f], torch.arange(1.0, 2.5, 0.5).data<float>().ToArray());
        Assert.Equal([0.0, 0.5, 1], torch.linspace(0, 1, 3, dtype: torch.float64).data<double>().ToArray());
        Assert.Equal([1f, 0, 0, 1], torch.eye(2).data<float>().ToArray());
        (torch.Tensor values, torch.Tensor indices) = torch.tensor(new float[] { 3, 1, 2, 1 }).sort(stable: true);
        Assert.Equal([1f, 1, 2, 3], values.data<float>().ToArray());
        Assert.Equal([1L, 3, 2, 0], indices.data<long>().ToArray());
        Assert.Equal([3f, 2], torch.tensor(new float[] { 3, 1, 2, 1 }).topk(2).values.data<float>().ToArray());
        torch.Tensor[] pieces = torch.arange(5).split(2);
        Assert.Equal([2L, 2, 1], pieces.Select(p => p.numel()));
        Assert.Equal([1L, 4], torch.arange(5).split([1, 4]).Select(p => p.numel()));
        Assert.Equal(2, torch.ones(2, 3).unbind().Length);
        torch.Tensor x = torch.tensor(new float[] { -1, 0, 2 });
        Assert.Equal([0f, 0, 2], torch.where(x > 0, x, torch.zeros_like(x)).data<float>().ToArray());
        Assert.Equal([9f, 0, 2], x.masked_fill(x < 0, 9).data<float>().ToArray());
        Assert.Equal([true, true, false], (x <= 0).data<bool>().ToArray());
        Assert.Equal([2f, 1, -1], (1 - x).data<float>().ToArray());
        Assert.Equal([0.5f, 0.25f], (1 / torch.tensor(new float[] { 2, 4 })).data<float>().ToArray());
        Assert.True(x.Equals(x.clone()) && x.allclose(x + 1e-7, atol: 1e-6) && !x.Equals(x + 1));
    }
}
