using System.Globalization;
using System.Linq.Expressions;
using System.Runtime.InteropServices;

namespace TraceFast.PtxInterpreter;

/// <summary>
/// The instructions of a kernel, compiled to one .NET method. Registers hold 64 bits, whatever their type. The method runs a thread until
/// it waits or returns, and starts again behind the place where it waited.
/// </summary>
internal sealed unsafe class PtxInstructions
{
    private const int Exit = -1;

    private static readonly ParameterExpression s_thread = Expression.Parameter(typeof(PtxThread), "thread");
    private static readonly Expression s_registers = Expression.Field(s_thread, nameof(PtxThread.Registers));

    private readonly PtxModule _module;
    private readonly double _approximation;
    private readonly Dictionary<string, int> _registers = [];
    private readonly Func<PtxThread, int> _run;

    public PtxInstructions(PtxModule module, double approximation)
    {
        (_module, _approximation) = (module, approximation);
        _run = Compile();
    }

    public int RegisterCount => _registers.Count;

    /// <summary>Runs a thread until it waits or returns.</summary>
    public void Advance(PtxThread thread) => thread.At = _run(thread);

    private Func<PtxThread, int> Compile()
    {
        IReadOnlyList<PtxStatement> statements = _module.Statements;
        LabelTarget[] labels = [.. Enumerable.Range(0, statements.Count + 1).Select(i => Expression.Label($"at{i}"))];
        LabelTarget end = Expression.Label(typeof(int), "end");
        IEnumerable<SwitchCase> starts = Enumerable.Range(0, statements.Count)
            .Where(i => i == 0 || IsWait(statements[i - 1]))
            .Select(i => Expression.SwitchCase(Expression.Goto(labels[i]), Expression.Constant(i)));
        List<Expression> body = [Expression.Switch(Expression.Field(s_thread, nameof(PtxThread.At)), [.. starts])];
        for (int i = 0; i < statements.Count; i++)
        {
            PtxStatement statement = statements[i];
            Expression step = statement.Operation.Split('.')[0] switch
            {
                "ret" => Expression.Return(end, Expression.Constant(Exit)),
                "bra" => Expression.Goto(labels[_module.Labels[statement.Operands[0]]]),
                "bar" => Wait(PtxWait.Barrier, end, i),
                "shfl" => Expression.Block(Shuffle(statement), Wait(PtxWait.Shuffle, end, i)),
                _ => Translate(statement),
            };
            body.Add(Expression.Label(labels[i]));
            body.Add(statement.Predicate is null ? step : Expression.IfThen(
                Expression.Equal(Register(statement.Predicate), Expression.Constant(statement.Negated ? 0ul : 1ul)), step));
        }
        body.Add(Expression.Label(labels[^1]));
        body.Add(Expression.Label(end, Expression.Constant(Exit)));
        return Expression.Lambda<Func<PtxThread, int>>(Expression.Block(body), s_thread).Compile();
    }

    private static bool IsWait(PtxStatement statement) => statement.Operation.Split('.')[0] is "bar" or "shfl";

    private static BlockExpression Wait(PtxWait wait, LabelTarget end, int at) => Expression.Block(
        Expression.Assign(Expression.Field(s_thread, nameof(PtxThread.Waiting)), Expression.Constant(wait)),
        Expression.Return(end, Expression.Constant(at)));

    private Expression Translate(PtxStatement s)
    {
        string operation = s.Operation.Replace(".ftz", "", StringComparison.Ordinal);
        string[] parts = operation.Split('.');
        string type = operation == "cvt.rn.bf16x2.f32" ? "f32" : parts[^1];
        LambdaExpression? function = parts[0] switch
        {
            "ld" or "st" => null,
            "setp" => Compare(s, parts[1], type),
            "selp" => Select(),
            "mov" or "cvta" => Copy(),
            "cvt" => operation == "cvt.rn.bf16x2.f32" ? PackBFloat16() : Convert(s, parts),
            "fma" or "mad" => MultiplyAdd(s, parts),
            "neg" or "abs" or "rcp" or "sqrt" or "rsqrt" or "ex2" or "lg2" or "not" => Unary(s, parts),
            _ => Binary(s, parts),
        };
        if (function is null)
            return Expression.Invoke(Expression.Constant(Memory(s, parts)), s_thread);
        Expression[] arguments = [.. function.Parameters.Select((_, i) => Source(s.Operands[i + 1], type))];
        return Expression.Assign(Register(s.Operands[0]), new Substitution(function.Parameters, arguments).Visit(function.Body));
    }

    private Expression Shuffle(PtxStatement s)
    {
        if (s.Operation != "shfl.sync.down.b32" || s.Operands[3] != "31" || s.Operands[4] != "4294967295")
            throw Unknown(s);
        return Expression.Call(
            s_thread, nameof(PtxThread.Shuffle), null, Source(s.Operands[1], "b32"), Source(s.Operands[2], "b32"),
            Expression.Constant(RegisterIndex(s.Operands[0])));
    }

    private static Expression<Func<ulong, ulong>> Copy() => a => a;

    private static Expression<Func<ulong, ulong, ulong, ulong>> Select() => (a, b, p) => p != 0 ? a : b;

    private static Expression<Func<ulong, ulong, ulong>> PackBFloat16() => (a, b) => (BFloat16(a) << 16) | BFloat16(b);

    private static Expression<Func<ulong, ulong, ulong>> Compare(PtxStatement s, string relation, string type)
    {
        // The unordered comparisons of floats, which hold for a NaN, end in u.
        bool unordered = type[0] == 'f' && relation is ['n' or 'l' or 'g' or 'e', _, 'u'];
        // Which of less, equal and greater hold.
        (bool less, bool equal, bool greater) = (unordered ? relation[..2] : relation) switch
        {
            "eq" => (false, true, false),
            "ne" => (true, false, true),
            "lt" or "lo" => (true, false, false),
            "le" or "ls" => (true, true, false),
            "gt" or "hi" => (false, false, true),
            "ge" or "hs" => (false, true, true),
            _ => throw Unknown(s),
        };
        return type switch
        {
            "f32" => (a, b) => Holds(F(a) < F(b), F(a) == F(b), F(a) > F(b), less, equal, greater, unordered),
            "f64" => (a, b) => Holds(D(a) < D(b), D(a) == D(b), D(a) > D(b), less, equal, greater, unordered),
            "s32" => (a, b) => Holds((int)a < (int)b, (int)a == (int)b, (int)a > (int)b, less, equal, greater, false),
            "u32" or "b32" => (a, b) => Holds((uint)a < (uint)b, (uint)a == (uint)b, (uint)a > (uint)b, less, equal, greater, false),
            "s64" => (a, b) => Holds((long)a < (long)b, (long)a == (long)b, (long)a > (long)b, less, equal, greater, false),
            "u64" or "b64" => (a, b) => Holds(a < b, a == b, a > b, less, equal, greater, false),
            _ => throw Unknown(s),
        };
    }

    private static ulong Holds(bool isLess, bool isEqual, bool isGreater, bool less, bool equal, bool greater, bool unordered) =>
        isLess ? less ? 1ul : 0ul : isEqual ? equal ? 1ul : 0ul : isGreater ? greater ? 1ul : 0ul : unordered ? 1ul : 0ul;

    private static Expression<Func<ulong, ulong, ulong, ulong>> MultiplyAdd(PtxStatement s, string[] parts) => (parts[0], parts[^1]) switch
    {
        ("fma", "f32") => (a, b, c) => F(MathF.FusedMultiplyAdd(F(a), F(b), F(c))),
        ("fma", "f64") => (a, b, c) => D(Math.FusedMultiplyAdd(D(a), D(b), D(c))),
        ("mad", "s32" or "u32") when parts[1] == "lo" => (a, b, c) => (uint)a * (uint)b + (uint)c & uint.MaxValue,
        ("mad", "s64" or "u64") when parts[1] == "lo" => (a, b, c) => a * b + c,
        _ => throw Unknown(s),
    };

    private Expression<Func<ulong, ulong>> Unary(PtxStatement s, string[] parts) => (parts[0], parts[^1]) switch
    {
        ("neg", "f32") => a => F(-F(a)),
        ("neg", "f64") => a => D(-D(a)),
        ("neg", "s32") => a => (uint)-(int)a,
        ("abs", "f32") => a => F(MathF.Abs(F(a))),
        ("abs", "f64") => a => D(Math.Abs(D(a))),
        ("rcp", "f32") => a => F(1 / F(a)),
        ("rcp", "f64") => a => D(1 / D(a)),
        ("sqrt", "f32") => a => F(MathF.Sqrt(F(a))),
        ("sqrt", "f64") => a => D(Math.Sqrt(D(a))),
        ("rsqrt", "f32") => a => F((float)(1 / Math.Sqrt(F(a)))),
        ("ex2", "f32") => a => F((float)(Math.Pow(2, F(a)) * (1 + _approximation * Noise(a)))),
        ("lg2", "f32") => a => F((float)(Math.Log2(F(a)) + _approximation * Noise(a))),
        ("not", "b32") => a => ~(uint)a,
        _ => throw Unknown(s),
    };

    private static Expression<Func<ulong, ulong, ulong>> Binary(PtxStatement s, string[] parts) => (parts[0], parts[^1]) switch
    {
        ("add", "f32") => (a, b) => F(F(a) + F(b)),
        ("sub", "f32") => (a, b) => F(F(a) - F(b)),
        ("mul", "f32") => (a, b) => F(F(a) * F(b)),
        ("div", "f32") => (a, b) => F(F(a) / F(b)),
        ("max", "f32") => (a, b) => float.IsNaN(F(a)) ? b : float.IsNaN(F(b)) ? a : F(Math.Max(F(a), F(b))),
        ("min", "f32") => (a, b) => float.IsNaN(F(a)) ? b : float.IsNaN(F(b)) ? a : F(Math.Min(F(a), F(b))),
        ("add", "f64") => (a, b) => D(D(a) + D(b)),
        ("sub", "f64") => (a, b) => D(D(a) - D(b)),
        ("mul", "f64") => (a, b) => D(D(a) * D(b)),
        ("div", "f64") => (a, b) => D(D(a) / D(b)),
        ("add", "s32" or "u32") => (a, b) => (uint)a + (uint)b & 0xFFFFFFFFul,
        ("sub", "s32" or "u32") => (a, b) => (uint)a - (uint)b & 0xFFFFFFFFul,
        ("mul", "s32" or "u32") when parts[1] == "lo" => (a, b) => (uint)a * (uint)b & 0xFFFFFFFFul,
        ("mul", "u32") when parts[1] == "wide" => (a, b) => (ulong)(uint)a * (uint)b,
        ("mul", "s32") when parts[1] == "wide" => (a, b) => (ulong)((long)(int)a * (int)b),
        ("div", "s32") => (a, b) => (uint)((int)a / (int)b),
        ("rem", "s32") => (a, b) => (uint)((int)a % (int)b),
        ("max", "s32") => (a, b) => (uint)Math.Max((int)a, (int)b),
        ("min", "s32") => (a, b) => (uint)Math.Min((int)a, (int)b),
        ("add", "s64" or "u64") => (a, b) => a + b,
        ("sub", "s64" or "u64") => (a, b) => a - b,
        ("mul", "s64" or "u64") when parts[1] == "lo" => (a, b) => a * b,
        ("div", "s64") => (a, b) => (ulong)((long)a / (long)b),
        ("rem", "s64") => (a, b) => (ulong)((long)a % (long)b),
        ("max", "s64") => (a, b) => (ulong)Math.Max((long)a, (long)b),
        ("min", "s64") => (a, b) => (ulong)Math.Min((long)a, (long)b),
        ("and", _) => (a, b) => a & b,
        ("or", _) => (a, b) => a | b,
        ("xor", _) => (a, b) => a ^ b,
        ("shl", "b32") => (a, b) => b > 31 ? 0 : (uint)a << (int)b,
        ("shl", "b64") => (a, b) => b > 63 ? 0 : a << (int)b,
        ("shr", "u32") => (a, b) => b > 31 ? 0 : (uint)a >> (int)b,
        ("shr", "s32") => (a, b) => (uint)((int)a >> (int)Math.Min(b, 31)),
        ("shr", "u64") => (a, b) => b > 63 ? 0 : a >> (int)b,
        ("shr", "s64") => (a, b) => (ulong)((long)a >> (int)Math.Min(b, 63)),
        _ => throw Unknown(s),
    };

    private static Expression<Func<ulong, ulong>> Convert(PtxStatement s, string[] parts) => (parts[^2], parts[^1]) switch
    {
        ("s64" or "u64", "s32") => a => (ulong)(int)a,
        ("s64" or "u64", "u32") => a => (uint)a,
        ("s32" or "u32", "s64" or "u64") => a => (uint)a,
        ("s32" or "u32" or "u16" or "s64" or "u64", "u16") or ("u16", "s32" or "u32") => a => (ushort)a,
        ("f64", "s32") => a => D((int)a),
        ("f32", "s32") => a => F((float)(int)a),
        ("f32", "s64") => a => F((float)(long)a),
        ("s32", "f64") when parts[1] == "rzi" => a => (uint)(int)D(a),
        ("s32", "f32") when parts[1] == "rzi" => a => (uint)(int)F(a),
        ("f32", "f64") => a => F((float)D(a)),
        ("f64", "f32") => a => D(F(a)),
        _ => throw Unknown(s),
    };

    private Action<PtxThread> Memory(PtxStatement s, string[] parts)
    {
        bool isLoad = parts[0] == "ld";
        string type = parts[^1], space = parts.Length > 2 ? parts[1] : "generic";
        int vector = parts.Contains("v4") ? 4 : parts.Contains("v2") ? 2 : 1;
        int size = PtxModule.Bytes(type), whole = size * vector;
        string address = (isLoad ? s.Operands[1] : s.Operands[0])[1..^1];
        string[] values = [.. (isLoad ? s.Operands[0] : s.Operands[1]).Trim('{', '}').Split(',').Select(v => v.Trim())];
        int plus = address.LastIndexOf('+');
        long offset = plus > 0 ? long.Parse(address[(plus + 1)..], CultureInfo.InvariantCulture) : 0;
        string name = plus > 0 ? address[..plus] : address;
        if (space == "param")
        {
            int from = _module.Parameters.Single(p => p.Name == name).Offset + (int)offset, to = RegisterIndex(values[0]);
            return t => t.Registers[to] = Load(t.Group.Parameters.AsSpan(from), size);
        }
        Func<PtxThread, ulong> start = Value(name, "b64");
        int[] targets = isLoad ? Array.ConvertAll(values, RegisterIndex) : [];
        Func<PtxThread, ulong>[] sources = isLoad ? [] : Array.ConvertAll(values, v => Value(v, type));
        string place = $"{_module.Entry} line {s.Line}";
        return t =>
        {
            long at = (long)start(t) + offset;
            if (at % whole != 0)
                throw new PtxFault($"{place}: {whole} bytes at misaligned {at:X}");
            if (isLoad)
            {
                ReadOnlySpan<byte> bytes = space == "shared"
                    ? t.Group.Shared.Read(at, whole, t.Index, place) : Bytes(t, space, at, whole, place);
                for (int i = 0; i < vector; i++)
                    t.Registers[targets[i]] = Load(bytes[(i * size)..], size);
            }
            else
            {
                Span<byte> bytes = space == "shared"
                    ? t.Group.Shared.Write(at, whole, t.Index, place) : Bytes(t, space, at, whole, place);
                for (int i = 0; i < vector; i++)
                    Store(bytes[(i * size)..], size, sources[i](t));
            }
        };
    }

    private static Span<byte> Bytes(PtxThread t, string space, long at, int size, string place)
    {
        if (space == "local")
            return at >= 0 && at + size <= t.Local.Length
                ? t.Local.AsSpan((int)at, size)
                : throw new PtxFault($"{place}: local memory at {at} is outside its {t.Local.Length} bytes");
        return t.Group.Within((nint)at, size)
            ? new Span<byte>((void*)at, size)
            : throw new PtxFault($"{place}: {size} bytes outside every tensor at {at:X}, thread {t.Index}, group {t.Group.Index}");
    }

    private int RegisterIndex(string name)
    {
        if (!_registers.TryGetValue(name, out int index))
            _registers[name] = index = _registers.Count;
        return index;
    }

    private IndexExpression Register(string name) => Expression.ArrayAccess(s_registers, Expression.Constant(RegisterIndex(name)));

    private Expression Source(string text, string type) => Special(text) is { } special
        ? new Substitution(special.Parameters, [s_thread]).Visit(special.Body)
        : text[0] == '%' ? Register(text) : Expression.Constant(Literal(text, type));

    private Func<PtxThread, ulong> Value(string text, string type)
    {
        if (text[0] == '%')
        {
            int index = RegisterIndex(text);
            return t => t.Registers[index];
        }
        ulong value = Literal(text, type);
        return _ => value;
    }

    private static Expression<Func<PtxThread, ulong>>? Special(string text) => text switch
    {
        "%tid.x" => t => (uint)t.Index,
        "%ntid.x" => t => (uint)t.Group.Threads,
        "%ctaid.x" => t => (uint)t.Group.Index.X,
        "%ctaid.y" => t => (uint)t.Group.Index.Y,
        "%nctaid.x" => t => (uint)t.Group.Grid.X,
        "%nctaid.y" => t => (uint)t.Group.Grid.Y,
        "%laneid" => t => (uint)(t.Index % 32),
        _ => null,
    };

    // A number, or a variable's offset in shared or local memory.
    private ulong Literal(string text, string type)
    {
        if (_module.Shared.TryGetValue(text, out int offset) || _module.Local.TryGetValue(text, out offset))
            return (ulong)offset;
        ulong value = text.StartsWith("0f", StringComparison.Ordinal) || text.StartsWith("0d", StringComparison.Ordinal)
            ? ulong.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
            : (ulong)long.Parse(text, CultureInfo.InvariantCulture);
        return type.EndsWith("64", StringComparison.Ordinal) ? value : (uint)value;
    }

    private static ulong Load(ReadOnlySpan<byte> bytes, int size) => size switch
    {
        1 => bytes[0],
        2 => MemoryMarshal.Read<ushort>(bytes),
        4 => MemoryMarshal.Read<uint>(bytes),
        _ => MemoryMarshal.Read<ulong>(bytes),
    };

    private static void Store(Span<byte> bytes, int size, ulong value) =>
        MemoryMarshal.AsBytes(new Span<ulong>(ref value))[..size].CopyTo(bytes);

    private static ulong BFloat16(ulong bits)
    {
        uint b = (uint)bits;
        return (b & 0x7FFFFFFF) > 0x7F800000 ? 0x7FFFu : (b + 0x7FFF + ((b >> 16) & 1)) >> 16;
    }

    // In [-1, 1], the same for the same argument.
    private static double Noise(ulong bits) => (((bits * 0x9E3779B97F4A7C15ul) >> 40) & 0xFFFF) / 32767.5 - 1;

    private static float F(ulong bits) => BitConverter.UInt32BitsToSingle((uint)bits);

    private static ulong F(float value) => BitConverter.SingleToUInt32Bits(value);

    private static double D(ulong bits) => BitConverter.UInt64BitsToDouble(bits);

    private static ulong D(double value) => BitConverter.DoubleToUInt64Bits(value);

    private static NotSupportedException Unknown(PtxStatement s) =>
        new($"PTX line {s.Line}: {s.Operation} {string.Join(", ", s.Operands)}");

    private sealed class Substitution(IReadOnlyList<ParameterExpression> parameters, Expression[] values) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node)
        {
            for (int i = 0; i < parameters.Count; i++)
            {
                if (parameters[i] == node)
                    return values[i];
            }
            return node;
        }
    }
}
