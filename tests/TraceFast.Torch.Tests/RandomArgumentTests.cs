using System.Reflection;
using System.Runtime.InteropServices;
using TraceFast.Torch.Native;

namespace TraceFast.Torch.Tests;

/// <summary>Whatever an operator is given, it gives a result or a typed exception.</summary>
public sealed class RandomArgumentTests
{
    private const int CallsPerOperator = 150;

    [Fact]
    public void No_argument_list_ends_the_process()
    {
        Operator[] operators = [.. typeof(Aten).GetFields(BindingFlags.Static | BindingFlags.NonPublic).Select(f => (Operator)f.GetValue(null)!)];
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor[] tensors =
        [
            torch.ones(3, 4), torch.ones(4, 3, requires_grad: true), torch.arange(3), torch.arange(12).reshape(3, 4).t(), torch.empty(0, 4), torch.tensor(2.0),
            torch.zeros(3, 4, dtype: torch.@bool), torch.ones(3, 4, dtype: torch.bfloat16), torch.full(3, -1L), torch.full([2, 3, 4], double.NaN), torch.ones(1).expand(5),
        ];
        using var generator = new torch.Generator(1);
        var random = new Random(12345);
        int results = 0, errors = 0;
        foreach (Operator op in operators)
            for (int call = 0; call < CallsPerOperator; call++)
            {
                using DisposeScope made = torch.NewDisposeScope();
                var arguments = new Argument[random.Next(0, 6)];
                for (int i = 0; i < arguments.Length; i++)
                    arguments[i] = i == 0 && random.Next(4) > 0 ? Tensor() : Any();
                try
                {
                    if (op.Name.Contains("split", StringComparison.Ordinal) || op.Name.StartsWith("chunk", StringComparison.Ordinal) || op.Name.StartsWith("unbind", StringComparison.Ordinal))
                        op.CallList(arguments);
                    else
                        op.Call(arguments);
                    results++;
                }
                catch (Exception e) when (e is ExternalException or InvalidOperationException)
                {
                    errors++;
                }
            }
        Assert.InRange(results, 500, int.MaxValue); // enough of them make sense
        Assert.InRange(errors, 5000, int.MaxValue);

        torch.Tensor Tensor() => tensors[random.Next(tensors.Length)].clone(); // in-place operators change it

        Argument Any() => random.Next(16) switch
        {
            < 5 => Tensor(),
            5 => Argument.None,
            6 => Argument.Default,
            7 => random.NextDouble() * 4 - 2,
            8 => random.Next(2) == 0,
            9 => Integers(),
            10 => new[] { Tensor(), Tensor() },
            11 => "floor",
            12 => torch.CPU,
            13 => generator,
            _ => random.Next(-3, 8),
        };

        long[] Integers() => [.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => (long)random.Next(-2, 5))];
    }
}
