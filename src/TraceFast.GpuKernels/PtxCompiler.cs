using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace TraceFast.GpuKernels;

/// <summary>
/// ILGPU as a compiler alone: no device and no driver. PTX 7.1 for sm_80, which a driver of CUDA 11.1 or later compiles for its card.
/// </summary>
public sealed partial class PtxCompiler : IDisposable
{
    private readonly Context[] _contexts;
    private readonly PTXBackend[] _backends;

    public PtxCompiler()
    {
        _contexts = [.. new[] { MathMode.Default, MathMode.Fast }.Select(math => Context.Create(builder =>
        {
            builder.EnableAlgorithms().Optimize(OptimizationLevel.O2).Math(math).Inlining(InliningMode.Aggressive);
            builder.PTXBackend(PTXBackendMode.Enhanced);
        }))];
        _backends = [.. _contexts.Select(c => new PTXBackend(c, CudaArchitecture.SM_80, CudaInstructionSet.ISA_71, null!))];
    }

    /// <summary>The kernel's PTX; the same text in every process and order.</summary>
    public string Compile(CatalogEntry entry)
    {
        EntryPointDescription description = EntryPointDescription.FromExplicitlyGroupedKernel(entry.Method);
        KernelSpecialization specialization = new(entry.Threads, null);
        PTXCompiledKernel kernel = (PTXCompiledKernel)_backends[entry.IsFast ? 1 : 0].Compile(description, specialization);
        return Normalize(WithoutLocalMemory(kernel.PTXAssembly.ReplaceLineEndings("\n"), entry.Name), entry.Name);
    }

    public void Dispose()
    {
        foreach (PTXBackend backend in _backends)
            backend.Dispose();
        foreach (Context context in _contexts)
            context.Dispose();
    }

    // The result of inline assembly goes through a variable in local memory, set to 0 before. ptxas would take it out; the text is to say
    // what runs.
    private static string WithoutLocalMemory(string text, string entry)
    {
        string direct = LocalPassage().Replace(text, "${operation}${target}${sources}\n");
        foreach (Match variable in LocalVariable().Matches(direct))
        {
            string name = variable.Groups["name"].Value;
            string address = Regex.Match(direct, $@"\tmov\.b64\t(%rd\d+), {name};\n").Groups[1].Value;
            direct = direct.Replace(variable.Value, "", StringComparison.Ordinal)
                .Replace($"\tmov.b64\t{address}, {name};\n", "", StringComparison.Ordinal)
                .Replace($"\tst.local.b32\t[{address}], 0;\n", "", StringComparison.Ordinal);
        }
        return !direct.Contains("local", StringComparison.Ordinal)
            ? direct : throw new NotSupportedException($"{entry} uses local memory: ILGPU spills or indexes an array");
    }

    // ILGPU numbers labels and parameters by a counter of its process. Numbered by first appearance, one kernel is one text.
    private static string Normalize(string text, string entry)
    {
        Dictionary<string, string> names = [];
        string renamed = Numbered().Replace(text, match =>
        {
            if (!names.TryGetValue(match.Value, out string? name))
                names[match.Value] = name = match.Groups["label"].Success
                    ? $"L{names.Count(n => n.Value[0] == 'L')}"
                    : $"{match.Groups["name"].Value}_{names.Count(n => n.Value[0] == '_')}";
            return name;
        });
        return EntryName().Replace(renamed, $".entry {entry}(").Trim() + "\n";
    }

    [GeneratedRegex(@"(?<label>\bL_\d+\b)|(?<name>\b_[A-Za-z]\w*?)_\d+\b")]
    private static partial Regex Numbered();

    [GeneratedRegex(
        @"(?<operation>\tcvt\.rn\.bf16x2\.f32 \t)(?<result>%r\d+)(?<sources>, [^;]+;)\n"
        + @"\tst\.local\.b32\t\[(?<address>%rd\d+)\], \k<result>;\n\tld\.local\.b32\t(?<target>%r\d+), \[\k<address>\];\n")]
    private static partial Regex LocalPassage();

    [GeneratedRegex(@"\t\.local \.align 4 \.b8 (?<name>\w+)\[4\];\n")]
    private static partial Regex LocalVariable();

    [GeneratedRegex(@"\.entry \S+\(")]
    private static partial Regex EntryName();
}
