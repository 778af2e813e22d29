internal import Foundation
internal import HubbleMessages
internal import SwiftProtobuf

/// What the server can be asked, read off the descriptors that its messages were made from.
enum ServerReflection {
    /// Serialized `FileDescriptorProto`s by path.
    private static let files: [String: Data] = {
        guard let data = Data(base64Encoded: "\(ProtocolDescriptors.base64)"),
            let set = try? Google_Protobuf_FileDescriptorSet(serializedBytes: data)
        else { preconditionFailure("the descriptors are those that protoc wrote") }
        return Dictionary(uniqueKeysWithValues: set.file.map { ($0.name, (try? $0.serializedData()) ?? Data()) })
    }()

    /// Paths of files by the full names that they define.
    private static let symbols: [String: String] = {
        var symbols: [String: String] = [:]
        for data in files.values {
            guard let file = try? Google_Protobuf_FileDescriptorProto(serializedBytes: data) else { continue }
            for name in names(of: file) { symbols[name] = file.name }
        }
        return symbols
    }()

    private static let services = Set(FlowAPI.methods.keys.map { $0.split(separator: "/")[0] }).map(String.init)
        .sorted()

    private static func names(of file: Google_Protobuf_FileDescriptorProto) -> [String] {
        func name(_ parts: String...) -> String { parts.filter { !$0.isEmpty }.joined(separator: ".") }
        func names(of message: Google_Protobuf_DescriptorProto, in scope: String) -> [String] {
            let own = name(scope, message.name)
            return [own] + message.field.map { name(own, $0.name) } + message.enumType.map { name(own, $0.name) }
                + message.nestedType.flatMap { names(of: $0, in: own) }
        }
        let services = file.service.flatMap { service in
            [name(file.package, service.name)] + service.method.map { name(file.package, service.name, $0.name) }
        }
        return services + file.enumType.map { name(file.package, $0.name) }
            + file.messageType.flatMap { names(of: $0, in: file.package) }
    }

    /// Of both versions of the protocol: their messages differ in nothing but the package.
    static func answer(_ message: [UInt8]) throws(GRPCStatus) -> GRPCReply {
        let request = try Grpc_Reflection_V1_ServerReflectionRequest(message: message)
        var response = Grpc_Reflection_V1_ServerReflectionResponse()
        response.validHost = request.host
        response.originalRequest = request
        switch request.messageRequest {
        case .fileByFilename(let path): response.setFile(files[path], asked: path)
        case .fileContainingSymbol(let symbol):
            response.setFile(symbols[symbol].flatMap { files[$0] }, asked: symbol)
        case .fileContainingExtension(let asked): response.setFile(nil, asked: "extension of \(asked.containingType)")
        case .allExtensionNumbersOfType(let type):
            if symbols[type] == nil {
                response.setFile(nil, asked: type)
            } else {
                response.allExtensionNumbersResponse.baseTypeName = type
            }
        case .listServices:
            response.listServicesResponse.service = services.map { name in
                var service = Grpc_Reflection_V1_ServiceResponse()
                service.name = name
                return service
            }
        case nil:
            response.errorResponse.errorCode = Int32(GRPCStatus.Code.invalidArgument.rawValue)
            response.errorResponse.errorMessage = "the request asks nothing"
        }
        return .messages([try response.message()])
    }
}

extension Grpc_Reflection_V1_ServerReflectionResponse {
    fileprivate mutating func setFile(_ file: Data?, asked: String) {
        if let file {
            fileDescriptorResponse.fileDescriptorProto = [file]
        } else {
            errorResponse.errorCode = Int32(GRPCStatus.Code.notFound.rawValue)
            errorResponse.errorMessage = "nothing here is called \(asked)"
        }
    }
}
