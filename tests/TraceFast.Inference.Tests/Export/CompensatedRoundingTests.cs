using TraceFast.Inference.Export.Quantization;

namespace TraceFast.Inference.Tests.Export;

/// <summary>GPTQ against rounding to the nearest, by what it is for: the error of W X.</summary>
public sealed class CompensatedRoundingTests
{
    public static MatrixTheoryData<int, bool, int> Cases => new([4, 8], [true, false], [64, 71]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Error_on_correlated_inputs_is_smaller_than_of_nearest_rounding(int bits, bool symmetric, int width)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        (torch.Tensor matrix, torch.Tensor inputs) = Drawn(rows: 37, width, tokens: 300);
        torch.Tensor gram = inputs.t().matmul(inputs);
        double nearest = Error(matrix, BlockQuantizer.Quantize(matrix, bits, symmetric), inputs, width, bits);
        double compensated = Error(matrix, CompensatedRounding.Quantize(matrix, gram, bits, symmetric), inputs, width, bits);
        Assert.InRange(compensated, 0, nearest * 0.5);
    }

    [Fact]
    public void Inputs_that_have_nothing_to_do_with_each_other_leave_nearest_rounding()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        (torch.Tensor matrix, _) = Drawn(rows: 5, width: 64, tokens: 2);
        BlockQuantizer.Result nearest = BlockQuantizer.Quantize(matrix, 4, symmetric: false);
        foreach (torch.Tensor gram in new[] { torch.eye(64), torch.zeros(64, 64) })
        {
            BlockQuantizer.Result found = CompensatedRounding.Quantize(matrix, gram, 4, symmetric: false);
            Assert.Equal(nearest.Values, found.Values);
            Assert.Equal(nearest.Scales, found.Scales);
            Assert.Equal(nearest.Zeros, found.Zeros);
        }
    }

    [Fact]
    public void Channels_that_never_see_anything_do_no_harm()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        (torch.Tensor matrix, torch.Tensor inputs) = Drawn(rows: 9, width: 64, tokens: 200);
        inputs[torch.TensorIndex.Colon, torch.TensorIndex.Slice(10, 20)] = 0;
        BlockQuantizer.Result found = CompensatedRounding.Quantize(matrix, inputs.t().matmul(inputs), 4, symmetric: true);
        Assert.True(BlockQuantizer.Restore(found, 64, 4).isfinite().all().item<bool>());
        double nearest = Error(matrix, BlockQuantizer.Quantize(matrix, 4, symmetric: true), inputs, 64, 4);
        Assert.InRange(Error(matrix, found, inputs, 64, 4), 0, nearest * 0.7);
    }

    [Fact]
    public void Rows_do_not_depend_on_each_other()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        (torch.Tensor matrix, torch.Tensor inputs) = Drawn(rows: 40, width: 96, tokens: 200);
        torch.Tensor gram = inputs.t().matmul(inputs);
        torch.Tensor whole = BlockQuantizer.Restore(CompensatedRounding.Quantize(matrix, gram, 4, symmetric: false), 96, 4);
        torch.Tensor last = BlockQuantizer.Restore(CompensatedRounding.Quantize(matrix.narrow(0, 33, 7), gram, 4, symmetric: false), 96, 4);
        Assert.True(whole.narrow(0, 33, 7).eq(last).all().item<bool>());
    }

    /// <summary>Inputs along few directions and some noise, as hidden states are.</summary>
    private static (torch.Tensor Matrix, torch.Tensor Inputs) Drawn(int rows, int width, int tokens)
    {
        using torch.Generator generator = new(17, torch.CPU);
        torch.Tensor directions = torch.randn(new long[] { 12, width }, generator: generator);
        torch.Tensor inputs = torch.randn(new long[] { tokens, 12 }, generator: generator).matmul(directions)
            + torch.randn(new long[] { tokens, width }, generator: generator) * 0.1;
        return (torch.randn(new long[] { rows, width }, generator: generator), inputs);
    }

    private static double Error(torch.Tensor matrix, BlockQuantizer.Result rounded, torch.Tensor inputs, int width, int bits) =>
        (matrix - BlockQuantizer.Restore(rounded, width, bits)).matmul(inputs.t()).square().sum().item<float>();
}
